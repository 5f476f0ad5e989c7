"""With the thresholds of set-up: a check that flaps and a portal that is blind are told once."""

from __future__ import annotations

import pytest

from alerts.defaults import make_defaults
from alerts.engine import evaluate_all
from alerts.models import Delivery, DeliveryStatus, Route
from alerts.telling import look_again
from monitoring.models import Check
from tests.alerts.watched_host import channel
from tests.checks.watched import GOOD, REFUSED, START_MS, TIMED_OUT, add, probed

pytestmark = pytest.mark.django_db
MINUTE_MS = 60_000


@pytest.fixture(autouse=True)
def _defaults() -> None:
    make_defaults("", "", "")
    Route.objects.update(group_wait_seconds=0, repeat_seconds=0)
    Route.objects.get().channels.add(channel())


def step(check: Check, minute: float, *, up: bool) -> None:
    now_ms = START_MS + int(minute * MINUTE_MS)
    probed(now_ms, {check: GOOD if up else REFUSED})
    look(now_ms)


def look(now_ms: int) -> None:
    evaluate_all(now_ms)
    look_again(now_ms)
    # What is still queued would be taken back when its alert ends.
    Delivery.objects.update(status=DeliveryStatus.SENT, sent_ms=now_ms, attempts=1)


def told() -> list[tuple[str, str]]:
    rows = Delivery.objects.order_by("pk").values_list("kind", "items__alert__threshold__name")
    return list(rows)


def test_a_check_that_flaps_is_told_once_as_that() -> None:
    check = add("flapper")
    for minute in range(12):
        step(check, minute, up=bool(minute % 2))
    flaps = [each for each in told() if each[1] == "Check flaps"]
    assert flaps == [("firing", "Check flaps")]
    before = len(told())
    for minute in range(12, 30):
        step(check, minute, up=bool(minute % 2))
    assert len(told()) == before
    # Down for good: when it flaps no more, that is told.
    for minute in range(30, 130, 5):
        step(check, minute, up=False)
    assert told()[before:] == [("resolved", "Check flaps"), ("firing", "Check down")]


def test_a_portal_that_is_blind_is_told_once_and_no_check_is() -> None:
    checks = [add(f"check {number}") for number in range(4)]
    probed(START_MS, dict.fromkeys(checks, GOOD))
    for minute in range(1, 6):
        for place, check in enumerate(checks):
            now_ms = START_MS + minute * MINUTE_MS + place * 100
            probed(now_ms, {check: TIMED_OUT})
            look(now_ms)
    assert told() == [("firing", "Portal blind")]
    now_ms = START_MS + 6 * MINUTE_MS
    probed(now_ms, dict.fromkeys(checks, GOOD))
    look(now_ms)
    assert told() == [("firing", "Portal blind"), ("resolved", "Portal blind")]
