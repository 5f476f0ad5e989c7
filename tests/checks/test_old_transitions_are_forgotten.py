"""Transitions are kept for more than a year, and the one that lasts for ever."""

import pytest

from monitoring.models import Transition
from monitoring.transitions import KEEP_DAYS, forget_old
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed

DAY_MS = 86_400_000

pytestmark = pytest.mark.django_db


def test_what_ended_long_ago_goes_and_what_lasts_since_then_stays() -> None:
    check = add("db")
    for hours, result in ((0, GOOD), (1, REFUSED), (2, GOOD)):
        probed(START_MS + hours * 3_600_000, {check: result})
    now_ms = START_MS + 90 * 60_000 + KEEP_DAYS * DAY_MS
    assert forget_old(now_ms) == 1
    assert list(Transition.objects.order_by("time_ms").values_list("status", flat=True)) == [
        "down",
        "up",
    ]
