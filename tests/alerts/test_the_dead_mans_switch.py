"""An outside address hears from the portal for as long as it evaluates, and only then."""

from __future__ import annotations

import logging
import threading

import pytest

from alerts import deadman
from alerts.deadman import EVERY_MS, Switch
from alerts.evaluator import Evaluator
from opsportal.lib.http import HttpError, Request

START_MS = 1_795_435_200_000
URL = "https://hc.example.com/ping/a-secret"


@pytest.fixture
def pings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were asked. Pings are made at once, not on a thread of their own."""
    asked: list[str] = []
    monkeypatch.setattr(deadman, "fetch", lambda request: asked.append(request.url))
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)
    return asked


def test_without_an_address_nobody_is_asked(pings: list[str]) -> None:
    Switch("").alive(START_MS)
    assert pings == []


def test_it_is_asked_once_a_minute_however_often_is_evaluated(pings: list[str]) -> None:
    switch = Switch(URL)
    for second in range(0, 121, 10):
        switch.alive(START_MS + second * 1000)
    assert pings == [URL] * 3


def test_a_clock_that_was_set_back_does_not_make_it_fall_silent(pings: list[str]) -> None:
    switch = Switch(URL)
    switch.alive(START_MS + 10 * EVERY_MS)
    switch.alive(START_MS)
    assert len(pings) == 2


def test_who_does_not_hear_is_told_in_the_log_without_the_address(
    monkeypatch: pytest.MonkeyPatch, pings: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def refused(request: Request) -> None:
        raise HttpError("refused", "connection refused")

    monkeypatch.setattr(deadman, "fetch", refused)
    with caplog.at_level(logging.WARNING):
        Switch(URL).alive(START_MS)
    assert "did not hear: connection refused" in caplog.text
    assert "a-secret" not in caplog.text


@pytest.mark.django_db
def test_an_evaluation_that_fails_is_no_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, pings: list[str], settings: object
) -> None:
    monkeypatch.setattr("django.conf.settings.DEAD_MANS_SWITCH_URL", URL)
    evaluator = Evaluator()

    def fails(now_ms: int) -> int:
        raise ValueError("a threshold that cannot be judged")

    with monkeypatch.context() as broken:
        broken.setattr("alerts.evaluator.evaluate_all", fails)
        with pytest.raises(ValueError, match="cannot be judged"):
            evaluator._sweep()
    assert pings == []
    evaluator._sweep()
    assert pings == [URL]
