"""A heartbeat whose ping does not come goes down at once, and up with its next ping."""

from __future__ import annotations

from uuid import UUID

import pytest

from monitoring import store
from monitoring.editing import run_now, save_check, set_enabled
from monitoring.models import Blindness, Check, CheckState, Transition
from monitoring.probes.base import Reason, Result, Status
from monitoring.runner.leasing import lease_due
from monitoring.runner.outcomes import Outcome, write
from monitoring.runner.prepared import PreparedChecks
from tests.heartbeats.jobs import DAY_MS, HOUR_MS, MINUTE_MS, START_MS, add, ping, state, tick

pytestmark = pytest.mark.django_db
DEADLINE_MS = START_MS + DAY_MS + HOUR_MS
RID = UUID("123e4567-e89b-12d3-a456-426614174000")
OTHER_RID = UUID("223e4567-e89b-12d3-a456-426614174000")


def up_of(check: Check) -> float:
    (point,) = store.latest(store.Selector("check_up", {"check": check.slug}))
    assert isinstance(point.value, float)
    return point.value


def test_a_late_heartbeat_is_down_at_once_and_is_not_looked_at_again() -> None:
    check = add()
    ping(check)
    assert tick(DEADLINE_MS - 1) == 0
    assert tick(DEADLINE_MS) == 1
    found = state(check)
    assert (found.status, found.reason, found.due_ms) == ("down", "ping is late", None)
    assert found.message == (
        "no ping since 2026-09-21 14:13:20 UTC; expected 2026-09-22 14:13:20 UTC, with 1 h of grace"
    )
    assert up_of(check) == 0
    assert tick(DEADLINE_MS + DAY_MS) == 0


def test_the_next_ping_brings_it_back() -> None:
    check = add()
    ping(check)
    tick(DEADLINE_MS)
    ping(check, now_ms=DEADLINE_MS + 5)
    found = state(check)
    assert (found.status, found.message, found.failures) == ("up", "success", 0)
    assert found.due_ms == DEADLINE_MS + 5 + DAY_MS + HOUR_MS
    assert up_of(check) == 1
    back, down, first = Transition.objects.filter(owner=check)
    assert (first.status, down.status, back.status) == ("up", "down", "up")
    assert (down.ended_ms, back.why) == (DEADLINE_MS + 5, "recovered")


def test_a_new_heartbeat_waits_for_its_first_ping_for_ever() -> None:
    check = add()
    assert (state(check).status, state(check).due_ms) == ("new", None)
    assert tick(START_MS + 400 * DAY_MS) == 0


def test_a_run_that_does_not_end_within_the_grace_is_late() -> None:
    check = add()
    ping(check, "start")
    assert (state(check).status, state(check).due_ms) == ("new", START_MS + HOUR_MS)
    tick(START_MS + HOUR_MS)
    assert state(check).status == "down"
    assert state(check).message == (
        "the run that began 2026-09-21 14:13:20 UTC has not ended within 1 h"
    )


def test_a_start_does_not_put_off_what_was_expected_before() -> None:
    check = add()
    ping(check)
    ping(check, "start", START_MS + DAY_MS + 30 * MINUTE_MS)
    assert state(check).due_ms == DEADLINE_MS


def test_a_run_begun_anew_has_its_whole_grace_again() -> None:
    check = add()
    ping(check)
    ping(check, "start", START_MS + HOUR_MS)
    ping(check, "start", START_MS + HOUR_MS + 30 * MINUTE_MS)
    assert state(check).due_ms == START_MS + 2 * HOUR_MS + 30 * MINUTE_MS


def test_of_two_runs_with_rids_the_other_one_is_still_waited_for() -> None:
    check = add()
    ping(check, "start", START_MS, rid=RID)
    ping(check, "start", START_MS + MINUTE_MS, rid=OTHER_RID)
    ping(check, "success", START_MS + 2 * MINUTE_MS, rid=OTHER_RID)
    assert (state(check).status, state(check).due_ms) == ("up", START_MS + HOUR_MS)
    ping(check, "success", START_MS + 3 * MINUTE_MS, rid=RID)
    assert state(check).due_ms == DEADLINE_MS + 3 * MINUTE_MS


def test_a_start_while_it_is_down_changes_nothing() -> None:
    check = add()
    ping(check, "fail")
    ping(check, "start", START_MS + MINUTE_MS)
    assert (state(check).status, state(check).due_ms) == ("down", None)


@pytest.mark.parametrize("kind", ["success", "fail", "start"])
def test_a_ping_between_lease_and_verdict_wins(kind: str) -> None:
    check = add()
    ping(check)
    leases = lease_due(DEADLINE_MS, 0, 10)
    (prepared,) = PreparedChecks().of(leases).values()
    ping(check, kind, DEADLINE_MS + 1)
    before = state(check)
    late = Result(Status.DOWN, Reason.LATE, "late")
    assert write([Outcome(leases[0], prepared, late, DEADLINE_MS + 2)]) == 0
    after = state(check)
    assert (after.status, after.reason, after.due_ms) == (
        before.status,
        before.reason,
        before.due_ms,
    )


def test_a_ping_while_it_is_leased_ahead_of_its_deadline_wins() -> None:
    check = add()
    ping(check)
    (lease,) = lease_due(DEADLINE_MS - 2000, 3000, 10)
    assert lease.due_ms == DEADLINE_MS
    ping(check, now_ms=DEADLINE_MS - 1000)
    assert state(check).leased_until_ms == 0
    assert lease_due(DEADLINE_MS, 3000, 10) == []


def test_a_log_entry_does_not_put_off_the_deadline() -> None:
    check = add()
    ping(check)
    ping(check, "log", START_MS + DAY_MS)
    assert state(check).due_ms == DEADLINE_MS


def test_a_paused_one_is_never_late_and_its_pings_only_kept() -> None:
    check = add()
    ping(check)
    set_enabled(check, False)
    ping(check, "fail", START_MS + MINUTE_MS)
    assert (state(check).status, state(check).due_ms) == ("paused", None)
    assert tick(DEADLINE_MS) == 0
    assert check.pings.count() == 2


def test_a_resumed_one_waits_for_its_next_ping() -> None:
    check = add()
    ping(check, "start")
    set_enabled(check, False)
    set_enabled(check, True)
    assert (state(check).status, state(check).due_ms) == ("new", None)


def test_a_changed_period_moves_the_deadline() -> None:
    check = add()
    ping(check)
    save_check(check, {"period_seconds": 60, "grace_seconds": 30}, now_ms=START_MS + 1000)
    assert state(check).due_ms == START_MS + 90_000
    save_check(check, {"period_seconds": 7200, "grace_seconds": 30}, now_ms=START_MS + 2000)
    assert state(check).due_ms == START_MS + 2 * HOUR_MS + 30_000


def test_a_changed_period_raises_nobody_from_the_dead() -> None:
    check = add()
    ping(check, "fail")
    save_check(check, {"period_seconds": 60}, now_ms=START_MS + 1000)
    assert (state(check).status, state(check).due_ms) == ("down", None)


def test_run_now_does_not_make_it_late() -> None:
    check = add()
    ping(check)
    run_now(check)
    assert state(check).due_ms == DEADLINE_MS


def test_while_what_it_needs_is_down_it_is_unknown_and_expected_at_its_next_time() -> None:
    parent = add("database")
    check = add("report", parent=parent)
    ping(check)
    ping(parent, "fail")
    tick(DEADLINE_MS)
    assert (state(check).status, state(check).due_ms) == ("unknown", DEADLINE_MS + DAY_MS)
    ping(parent, now_ms=DEADLINE_MS + 1)
    tick(DEADLINE_MS + DAY_MS)
    assert state(check).status == "down"


def test_while_what_it_needs_is_only_failing_the_verdict_waits_for_the_retry_interval() -> None:
    parent = add("database")
    check = add("report", parent=parent)
    ping(check)
    CheckState.objects.filter(pk=parent.pk).update(failures=1)
    tick(DEADLINE_MS)
    again_ms = state(check).due_ms or 0
    assert state(check).status == "up"
    # Checks are spread over the interval, by their numbers.
    assert DEADLINE_MS < again_ms <= DEADLINE_MS + 10_000
    CheckState.objects.filter(pk=parent.pk).update(failures=0)
    tick(again_ms)
    assert state(check).status == "down"
    assert state(check).message.startswith("no ping since 2026-09-21 14:13:20 UTC; expected")


def test_a_failure_while_what_it_needs_is_down_is_unknown() -> None:
    parent = add("database")
    check = add("report", parent=parent)
    ping(parent, "fail")
    ping(check, "fail")
    assert state(check).status == "unknown"


def test_while_the_portal_is_blind_it_is_unknown() -> None:
    check = add()
    ping(check)
    Blindness.objects.create(began_ms=START_MS, reason="every check fails at once")
    tick(DEADLINE_MS)
    assert state(check).status == "unknown"


def test_retries_of_the_form_do_not_delay_it() -> None:
    check = add()
    Check.objects.update(retries=5, successes_to_recover=3)
    ping(check)
    tick(DEADLINE_MS)
    assert state(check).status == "down"
    ping(check, now_ms=DEADLINE_MS + 1)
    assert state(check).status == "up"


def test_settings_that_an_upgrade_refuses_do_not_lose_the_ping() -> None:
    check = add()
    Check.objects.update(settings={"period_seconds": 0})
    ping(check)
    assert (state(check).status, state(check).due_ms) == ("up", DEADLINE_MS)


def test_flapping_is_noted() -> None:
    check = add()
    for number in range(8):
        ping(check, "fail" if number % 2 else "success", START_MS + number * MINUTE_MS)
    assert CheckState.objects.get(pk=check.pk).flapping_since_ms is not None
    (point,) = store.latest(store.Selector("check_flapping"))
    assert (point.value, point.series.labels["kind"]) == (1, "heartbeat")
