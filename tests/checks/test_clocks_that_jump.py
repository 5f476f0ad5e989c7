"""After a clock was set back no check waits for a time that is yet to come."""

import pytest

from monitoring.editing import set_enabled
from monitoring.models import CheckState
from monitoring.runner.leasing import MARGIN_MS, lease_due, set_right
from tests.checks.watched import GOOD, START_MS, add, probed, state

pytestmark = pytest.mark.django_db
MINUTE_MS, HOUR_MS, AHEAD_MS = 60_000, 3_600_000, 6000


def test_a_check_probed_while_the_clock_was_ahead_is_due_within_its_interval() -> None:
    checks = [add(f"check {number}") for number in range(5)]
    probed(START_MS + HOUR_MS, dict.fromkeys(checks, GOOD))
    assert set_right(START_MS, AHEAD_MS) == len(checks)
    due = {state(check).due_ms for check in checks}
    assert all(START_MS < each <= START_MS + MINUTE_MS for each in due if each)
    assert len(due) == len(checks)  # spread over the interval, as ever


def test_a_lease_taken_while_the_clock_was_ahead_holds_no_longer_than_any() -> None:
    check = add("left by a process that died", now_ms=START_MS)
    CheckState.objects.update(leased_until_ms=START_MS + HOUR_MS)
    set_right(START_MS, AHEAD_MS)
    assert [lease.check_id for lease in lease_due(START_MS, 0, 10)] == [check.pk]


def test_nothing_changes_while_the_clock_is_right() -> None:
    probed(START_MS, {add("waits"): GOOD})
    (lease,) = lease_due(START_MS + MINUTE_MS, AHEAD_MS, 10)
    assert set_right(lease.until_ms - AHEAD_MS - MARGIN_MS - 5000, AHEAD_MS) == 0
    assert CheckState.objects.get(pk=lease.check_id).leased_until_ms == lease.until_ms


def test_a_job_that_is_late_in_a_month_and_a_paused_check_are_left_alone() -> None:
    paused = add("paused")
    set_enabled(paused, False)
    job = add("monthly")
    type(job).objects.filter(pk=job.pk).update(kind="heartbeat")
    CheckState.objects.filter(pk=job.pk).update(due_ms=START_MS + 30 * 24 * HOUR_MS)
    assert set_right(START_MS, AHEAD_MS) == 0
    assert state(paused).due_ms is None
