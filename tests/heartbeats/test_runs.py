"""How long runs took, and what is kept of their pings."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring import store
from monitoring.heartbeats.durations import duration_text
from monitoring.heartbeats.pinging import record_pings
from monitoring.models import Ping, Transition
from tests.heartbeats.jobs import MINUTE_MS, START_MS, add, ping, received, state

pytestmark = pytest.mark.django_db
A, B = UUID(int=1), UUID(int=2)


def test_a_success_without_a_start_has_no_duration() -> None:
    check = add()
    assert ping(check).duration_ms is None
    assert ping(check, now_ms=START_MS + 1).duration_ms is None
    assert state(check).response_time_ms is None


def test_an_end_with_another_rid_has_no_duration() -> None:
    check = add()
    ping(check, "start", rid=A)
    assert ping(check, rid=B, now_ms=START_MS + 5).duration_ms is None
    assert ping(check, now_ms=START_MS + 6).duration_ms is None


def test_a_run_ends_once() -> None:
    check = add()
    ping(check, "start")
    assert ping(check, now_ms=START_MS + 12_000).duration_ms == 12_000
    assert ping(check, now_ms=START_MS + 13_000).duration_ms is None


def test_log_entries_within_a_run_do_not_end_it() -> None:
    check = add()
    ping(check, "start")
    ping(check, "log", START_MS + 5)
    assert ping(check, now_ms=START_MS + 1000).duration_ms == 1000


def test_runs_that_overlap_are_told_apart_by_their_rids() -> None:
    check = add()
    ping(check, "start", START_MS, rid=A)
    ping(check, "start", START_MS + 1000, rid=B)
    assert ping(check, rid=A, now_ms=START_MS + 5000).duration_ms == 5000
    assert ping(check, "fail", START_MS + 9000, rid=B).duration_ms == 8000


def test_the_duration_is_said_and_recorded() -> None:
    check = add()
    ping(check, "start")
    ping(check, now_ms=START_MS + 12_000)
    assert (state(check).message, state(check).response_time_ms) == ("success after 12 s", 12_000)
    labels = {"check": "nightly", "kind": "heartbeat"}
    (point,) = store.latest(store.Selector("check_response_time_ms", labels))
    assert point.value == 12_000


def test_of_a_thousand_pings_a_second_few_are_points_and_every_change_is_one() -> None:
    check = add()
    start_ms = START_MS - START_MS % 10_000
    for number, kind in enumerate(["success"] * 5 + ["fail", "success", "success"]):
        ping(check, kind, start_ms + 100 * number)
    ping(check, now_ms=start_ms + 9999)
    ping(check, now_ms=start_ms + 10_000)
    assert _recorded_after("check_up", start_ms) == [0, 500, 600, 10_000]


def test_of_runs_that_tell_how_long_they_took_one_a_second_is_a_point() -> None:
    check = add()
    start_ms = START_MS - START_MS % 10_000
    for ended_ms in (100, 200, 1100):
        ping(check, "start", start_ms + ended_ms - 50)
        ping(check, now_ms=start_ms + ended_ms)
    assert _recorded_after("check_response_time_ms", start_ms) == [100, 1100]


def _recorded_after(metric: str, start_ms: int) -> list[int]:
    until_ms = start_ms + 20_000
    (found,) = store.window(store.Selector(metric), start_ms, until_ms, 100, now_ms=until_ms)
    return [bucket.time_ms - start_ms for bucket in found.buckets]


def test_a_failure_is_told_with_what_the_job_said() -> None:
    check = add()
    ping(check, "start")
    ping(check, "fail", START_MS + 90_000, exit_status=2, body=b"disk full" + b"x" * 9000)
    found, transition = state(check), Transition.objects.get()
    assert found.message == transition.message == "failed with exit status 2 after 1 min 30 s"
    assert len(found.evidence["body"]) == 2000
    assert transition.evidence["body"].startswith("disk full")


def test_of_a_success_that_changes_nothing_no_evidence_is_kept() -> None:
    check = add()
    ping(check, body=b"fine")
    ping(check, body=b"fine again", now_ms=START_MS + 1)
    assert state(check).evidence == {}


def test_a_thousand_pings_leave_about_a_hundred() -> None:
    check, other = add(), add("other")
    start = ping(check, "start", rid=A)
    for number in range(1000):
        ping(check, "log", START_MS + number)
        if number % 10 == 0:
            ping(other, "log", START_MS + number)
    kept = Ping.objects.filter(owner=check)
    assert 100 <= kept.count() <= 120
    # Deadlines and durations are reckoned from the newest of each kind.
    assert kept.filter(pk=start.pk).exists()
    assert Ping.objects.filter(owner=other).count() == 100
    assert ping(check, rid=A, now_ms=START_MS + MINUTE_MS).duration_ms == MINUTE_MS


@pytest.mark.parametrize(("pings", "most"), [(1, 9), (8, 9)])
def test_pings_of_a_moment_share_their_queries(pings: int, most: int) -> None:
    checks = [add(f"job {number}") for number in range(pings)]
    batch = [(check.uuid, received()) for check in checks]
    record_pings(batch, START_MS)
    with CaptureQueriesContext(connection) as queries:
        record_pings(batch, START_MS + 1)
    statements = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
    assert len(statements) <= most, "\n".join(statements)


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1 s"),
        (59_900, "1 min"),
        (90_000, "1 min 30 s"),
        (3_600_000, "1 h"),
        (3_601_000, "1 h"),
        (90_000_000, "1 d 1 h"),
    ],
)
def test_durations_in_words(duration_ms: int, text: str) -> None:
    assert duration_text(duration_ms) == text
