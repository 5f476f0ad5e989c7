"""A server may answer with anything; the results of other checks are written all the same."""

from __future__ import annotations

import math
from dataclasses import replace
from unittest import mock

import pytest
from django.db import DataError

from monitoring.models import CheckState
from monitoring.probes.base import Reason, Result, Status
from monitoring.runner import running
from monitoring.runner.leasing import lease_due
from monitoring.runner.outcomes import Outcome, write
from monitoring.runner.running import Runner
from tests.checks.test_the_runner import until_probed, web
from tests.checks.watched import START_MS, TIMED_OUT, add, outcome, state
from tests.probes.misbehaving import http, sending, serving


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "ä\n", '\\"{NULL}\\', "NULL", ""])
def test_any_text_of_an_answer_is_stored(text: str) -> None:
    good, bad = add("good"), add("bad")
    found = {
        good.pk: Result(Status.UP, Reason.OK, text, 5.0, {"connect": 5.0}),
        bad.pk: Result(Status.DOWN, Reason.MISMATCH, text, evidence={"body": [text, {text: text}]}),
    }
    leases = lease_due(START_MS, 0, 10)
    for _ in range(2):  # the second time one of them is as it was
        outcomes = [outcome(lease, found[lease.check_id], START_MS) for lease in leases]
        assert write(outcomes) == 2
        CheckState.objects.update(due_ms=START_MS)
        leases = lease_due(START_MS, 0, 10)
    shown = text.replace("\0", "\ufffd").replace("\ud800", "?")
    assert state(good).message == state(bad).message == shown
    assert state(bad).evidence == {"body": [shown, {shown: shown}]}


@pytest.mark.django_db
def test_numbers_that_json_does_not_know_are_stored_as_words() -> None:
    check = add("odd")
    (lease,) = lease_due(START_MS, 0, 10)
    seen = {"load": [math.inf, -math.inf, math.nan, 1.5]}
    assert write([outcome(lease, replace(TIMED_OUT, evidence=seen), START_MS)]) == 1
    assert state(check).evidence == {"load": ["inf", "-inf", "nan", 1.5]}


@pytest.mark.django_db(transaction=True)
def test_a_result_that_cannot_be_written_costs_no_other_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refusing(outcomes: list[Outcome]) -> int:
        if any(each.check.slug == "odd" for each in outcomes):
            raise DataError("out of range")
        return write(outcomes)

    monkeypatch.setattr(running, "write", refusing)
    runner = Runner()
    runner.start()
    try:
        with serving(sending(http(b"ok"))) as port:
            web("odd", port)
            others = [web(f"web {number}", port) for number in range(3)]
            with mock.patch.object(running, "_BATCH", 4):
                found = until_probed(runner, *others, seconds=30)
    finally:
        runner.stop()
    assert {each.status for each in found.values()} == {"up"}
    assert "the result of check odd cannot be written" in caplog.text
