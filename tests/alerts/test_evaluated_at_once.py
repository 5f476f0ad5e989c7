"""Points are judged as soon as they are committed, not only at the next sweep."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError

from alerts import waking
from alerts.engine import evaluate_series
from alerts.evaluator import Evaluator
from alerts.models import Alert, Threshold
from alerts.signals import deliveries_queued
from monitoring import store
from tests.alerts.watched_host import START_MS, channel, route, threshold

pytestmark = pytest.mark.django_db


def record(metric: str, value: float = 95, time_ms: int = START_MS) -> int:
    """The number of the series."""
    store.record([store.Point(metric, {"host": "web-1"}, time_ms, value)], now_ms=time_ms)
    return store.latest(store.Selector(metric, {}))[0].series.id


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What the evaluator of this worker is told."""
    found: list[list[int]] = []
    started = (SimpleNamespace(touch=found.append), None)
    monkeypatch.setattr(waking.THREADS, "_started", started)
    monkeypatch.setattr(waking, "INTEREST", waking.Interest())
    return found


def test_points_that_nobody_watches_wake_nobody(touched: list[list[int]]) -> None:
    threshold()
    unwatched = record("load1")
    watched = record("cpu_percent")
    waking.points_came({unwatched})
    assert touched == []
    waking.points_came({unwatched, watched})
    assert touched == [[watched]]


def test_what_is_wrong_with_the_evaluator_is_not_the_recorders(
    touched: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError("locked")

    threshold()
    number = record("cpu_percent")
    monkeypatch.setattr(Threshold.objects, "filter", broken)
    waking.points_came({number})
    assert touched == []


def test_only_the_series_that_have_got_points_are_judged() -> None:
    threshold()
    threshold("Load", metric="load1", value=10)
    number = record("cpu_percent")
    record("load1")
    assert evaluate_series({number}, START_MS) == 1
    assert [each.name for each in Alert.objects.all()] == ["CPU"]


@pytest.mark.django_db(transaction=True)
def test_a_point_becomes_a_message_without_any_sweep() -> None:
    queued = threading.Event()

    def heard(**_: object) -> None:
        queued.set()

    route(channel())
    threshold()
    number = record("cpu_percent", time_ms=time.time_ns() // 1_000_000)
    evaluator = Evaluator()
    deliveries_queued.connect(heard)
    evaluator.start()
    try:
        evaluator.touch([number])
        assert queued.wait(60)
    finally:
        evaluator.stop()
        deliveries_queued.disconnect(heard)
    assert Alert.objects.get().state == "firing"
