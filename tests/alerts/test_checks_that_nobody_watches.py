"""A check that was paused or deleted while it was down fires no more, and begins anew."""

from __future__ import annotations

import pytest

from alerts.engine import evaluate_all, evaluate_past
from alerts.models import Alert
from monitoring.editing import set_enabled
from monitoring.models import Check, Point, Series
from tests.alerts.watched_host import threshold
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return list(Alert.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def check() -> Check:
    threshold(metric="check_up", comparison="<", value=1, window_seconds=300)
    made = add("one")
    probed(START_MS, {made: REFUSED})
    evaluate_all(START_MS)
    assert states() == ["firing"]
    return made


def test_one_that_was_paused(check: Check) -> None:
    set_enabled(check, False)
    for second in (10, 20):
        evaluate_past(START_MS + second * 1000)
        evaluate_all(START_MS + second * 1000)
    assert states() == ["resolved"]
    set_enabled(check, True)
    probed(START_MS + 30_000, {check: REFUSED})
    evaluate_all(START_MS + 30_000)
    assert states() == ["resolved", "firing"]


def test_one_that_was_deleted(check: Check) -> None:
    other = add("two")
    probed(START_MS, {other: GOOD})
    Check.objects.filter(pk=check.pk).delete()
    evaluate_all(START_MS + 10_000)
    assert states() == ["resolved"]
    left = Series.objects.all()
    assert {each.labels["check"] for each in left} == {"two"}
    assert set(Point.objects.values_list("series_id", flat=True)) == {each.pk for each in left}


def test_one_of_the_same_name_begins_anew(check: Check) -> None:
    check.delete()
    again = add("one")
    evaluate_all(START_MS + 10_000)
    probed(START_MS + 20_000, {again: GOOD})
    evaluate_all(START_MS + 20_000)
    assert states() == ["resolved"]
