"""The phases of a probe are more points than all the rest of it: once in five minutes will do, and
whenever a probe is out of the ordinary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring import store
from monitoring.models import Check
from monitoring.models import Point as HeadRow
from monitoring.probes.base import Reason, Result, Status
from monitoring.scheduling import PHASES_EVERY_MS, phases_are_due
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed, state

MINUTE_MS = 60_000
# The clock's next five minutes begin here.
SLOT_MS = START_MS - START_MS % PHASES_EVERY_MS + PHASES_EVERY_MS


def recorded(check: Check, metric: str = "check_phase_ms") -> list[int]:
    """The times of what was recorded of one of its phases."""
    labels = {"check": check.slug}
    found = store.latest(store.Selector(metric, labels))[:1]
    rows = HeadRow.objects.filter(series_id__in=[each.series.id for each in found])
    return sorted(rows.values_list("time_ms", flat=True))


@pytest.mark.django_db
def test_of_probes_alike_one_in_five_minutes_has_its_phases_recorded() -> None:
    check = add("steady", interval_seconds=60)
    times = [SLOT_MS + 7000 + minute * MINUTE_MS for minute in range(-1, 11)]
    for time_ms in times:
        probed(time_ms, {check: GOOD})
    # The first of all, and then that of each five minutes.
    assert recorded(check) == [times[0], times[1], times[6], times[11]]
    assert recorded(check, "check_response_time_ms") == times
    assert recorded(check, "check_up") == times
    assert state(check).phases_ms == GOOD.phases_ms


@pytest.mark.django_db
@pytest.mark.parametrize(
    "found",
    [
        replace(GOOD, response_time_ms=60.0),
        Result(Status.DEGRADED, Reason.SLOW, "slow", 20.0, {"connect": 1.0, "first_byte": 19.0}),
        replace(REFUSED, response_time_ms=1.0, phases_ms={"connect": 1.0, "first_byte": 0.0}),
    ],
    ids=["much slower than the one before", "degraded", "down"],
)
def test_a_probe_out_of_the_ordinary_has_them_recorded_at_once(found: Result) -> None:
    check = add("shaky", interval_seconds=60, retries=2)
    for minute, result in ((0, GOOD), (1, GOOD), (2, found), (3, found), (4, GOOD)):
        probed(SLOT_MS + 7000 + minute * MINUTE_MS, {check: result})
    assert SLOT_MS + 7000 + 2 * MINUTE_MS in recorded(check)
    assert SLOT_MS + 7000 + MINUTE_MS not in recorded(check)


@pytest.mark.parametrize("interval_ms", [1000, 10_000, 45_000, 70_000, 299_000, 300_000])
def test_every_step_of_a_chart_has_a_probe_with_phases(interval_ms: int) -> None:
    due = range(SLOT_MS + 12_345 % interval_ms, SLOT_MS + 10 * PHASES_EVERY_MS, interval_ms)
    told = [each // PHASES_EVERY_MS for each in due if phases_are_due(each, interval_ms)]
    first = SLOT_MS // PHASES_EVERY_MS
    assert told == list(range(first, first + 10))


def test_of_a_check_that_is_probed_more_rarely_every_probe_has_them() -> None:
    assert all(phases_are_due(SLOT_MS + each * 3_600_000 + 299_999, 3_600_000) for each in range(9))
