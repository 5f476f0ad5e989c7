"""When plans run: their turns, what was missed, what failed, what died."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backups.leasing import LEASE_MS, claim
from backups.looking import DIED, MOST_AT_ONCE, look_around
from backups.models import Backup, Copy, Plan
from backups.queueing import queue
from backups.scheduling import next_starts, retry_at_ms, turn
from backups.series import record_ages
from monitoring import store
from tests.backups.plans import NOW_MS, plan

pytestmark = pytest.mark.django_db
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@pytest.fixture
def daily(tmp_path: Path) -> Plan:
    """At 02:00; the last turn was taken at noon of the day."""
    return made(tmp_path)


def made(tmp_path: Path, name: str = "Shop", **fields: object) -> Plan:
    given = {"scheduled_ms": NOW_MS, **fields}
    return plan(tmp_path / "shop.sqlite3", tmp_path / "kept", name=name, **given)


def last(of: Plan) -> Backup:
    found = of.backups.order_by("-pk").first()
    assert found is not None
    return found


def ended(backup: Backup, status: str, now_ms: int) -> None:
    Backup.objects.filter(pk=backup.pk).update(status=status, finished_ms=now_ms)


def test_before_its_turn_nothing_happens(daily: Plan) -> None:
    assert look_around(NOW_MS + 13 * HOUR_MS) == []
    assert not Backup.objects.exists()


def test_a_plan_that_is_off_has_no_turn(daily: Plan) -> None:
    Plan.objects.update(enabled=False)
    assert look_around(NOW_MS + DAY_MS) == []


def test_its_turn_is_taken_once(daily: Plan) -> None:
    at_ms = NOW_MS + 14 * HOUR_MS
    assert look_around(at_ms) == [last(daily).pk]
    ended(last(daily), "verified", at_ms)
    assert look_around(at_ms + MINUTE_MS) == []


def test_however_many_turns_were_missed_they_are_made_up_once(daily: Plan) -> None:
    at_ms = NOW_MS + 30 * DAY_MS
    look_around(at_ms)
    ended(last(daily), "verified", at_ms)
    assert look_around(at_ms + MINUTE_MS) == []
    daily.refresh_from_db()
    assert daily.backups.count() == 1
    assert daily.scheduled_ms == NOW_MS + 29 * DAY_MS + 14 * HOUR_MS


def test_a_turn_in_the_hour_that_the_clock_skips_is_taken(tmp_path: Path) -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    spring = made(
        tmp_path, time_zone="Europe/Berlin", cron="30 2 * * *",
        scheduled_ms=int(before.timestamp() * 1000),
    )  # fmt: skip
    due_ms = turn(spring, int(datetime(2026, 3, 29, 12, tzinfo=UTC).timestamp() * 1000))
    assert due_ms is not None


def test_while_a_run_is_under_way_the_turn_waits(daily: Plan) -> None:
    queue(daily, "ann", NOW_MS)
    assert look_around(NOW_MS + 14 * HOUR_MS) == [last(daily).pk]
    assert daily.backups.count() == 1
    ended(last(daily), "verified", NOW_MS + 14 * HOUR_MS)
    look_around(NOW_MS + 15 * HOUR_MS)
    assert last(daily).started_by == "schedule"


def test_a_run_that_failed_is_tried_again_with_patience_and_then_left(daily: Plan) -> None:
    at_ms = NOW_MS + 14 * HOUR_MS
    look_around(at_ms)
    waited = []
    for _ in range(5):
        ended(last(daily), "failed", at_ms)
        count = daily.backups.count()
        for minutes in range(1, 60):
            look_around(at_ms + minutes * MINUTE_MS)
            if daily.backups.count() > count:
                waited.append(minutes)
                at_ms += minutes * MINUTE_MS
                break
    assert waited == [2, 15]
    assert last(daily).attempt == 3
    assert retry_at_ms(3, at_ms) is None


def test_one_that_was_cancelled_is_not_tried_again(daily: Plan) -> None:
    ended(queue(daily, "ann", NOW_MS), "cancelled", NOW_MS)
    look_around(NOW_MS + HOUR_MS)
    assert daily.backups.count() == 1


def test_a_run_whose_worker_died_has_failed_and_is_tried_again(daily: Plan) -> None:
    died = queue(daily, "ann", NOW_MS)
    assert claim(died.pk, NOW_MS) is not None
    look_around(NOW_MS + LEASE_MS - 1)
    assert last(daily).status == "running"
    look_around(NOW_MS + LEASE_MS + 1)
    died.refresh_from_db()
    assert (died.status, died.error) == ("failed", DIED)
    look_around(NOW_MS + LEASE_MS + 3 * MINUTE_MS)
    assert (last(daily).started_by, last(daily).attempt) == ("retry", 2)


def test_one_that_died_in_its_proof_is_a_backup_that_is_not_proved(daily: Plan) -> None:
    died = queue(daily, "ann", NOW_MS)
    claim(died.pk, NOW_MS)
    Copy.objects.create(backup=died, destination=daily.destinations.get(), place="here")
    look_around(NOW_MS + LEASE_MS + 1)
    died.refresh_from_db()
    assert (died.status, died.proof) == ("stored", "none")
    assert "before the restore test" in died.error


def test_a_run_has_one_worker(daily: Plan) -> None:
    queued = queue(daily, "ann", NOW_MS)
    assert claim(queued.pk, NOW_MS) is not None
    assert claim(queued.pk, NOW_MS) is None


def test_after_a_clock_that_was_ahead_is_set_back_turns_go_on(daily: Plan) -> None:
    Plan.objects.update(scheduled_ms=NOW_MS + 300 * DAY_MS)
    for hours in (1, 24, 48):
        assert look_around(NOW_MS + hours * HOUR_MS) == [last(daily).pk]
        ended(last(daily), "verified", NOW_MS + hours * HOUR_MS)
        assert look_around(NOW_MS + hours * HOUR_MS + MINUTE_MS) == []


def test_a_run_of_a_future_that_was_none_does_not_stand_in_the_way(daily: Plan) -> None:
    died = queue(daily, "ann", NOW_MS)
    claim(died.pk, NOW_MS + 300 * DAY_MS)
    look_around(NOW_MS)
    died.refresh_from_db()
    assert died.status == "failed"


def test_a_backup_of_a_future_that_was_none_is_not_new(daily: Plan) -> None:
    good = queue(daily, "ann", NOW_MS)
    Backup.objects.filter(pk=good.pk).update(status="verified", started_ms=NOW_MS + 300 * DAY_MS)
    Plan.objects.filter(pk=daily.pk).update(created_at=datetime(2026, 11, 20, 12, tzinfo=UTC))
    _recorded_ages(NOW_MS)
    (point,) = store.latest(store.Selector("backup_age_seconds", {"plan": "Shop"}))
    assert point.value == 3 * 24 * 3600


def test_not_all_plans_run_at_once(tmp_path: Path) -> None:
    for number in range(5):
        made(tmp_path, f"Plan {number}")
    begun = look_around(NOW_MS + 14 * HOUR_MS)
    assert len(begun) == MOST_AT_ONCE
    claim(begun[0], NOW_MS + 14 * HOUR_MS)
    assert len(look_around(NOW_MS + 14 * HOUR_MS)) == MOST_AT_ONCE - 1


def test_the_next_starts_are_in_the_plans_own_zone(tmp_path: Path) -> None:
    berlin = made(tmp_path, time_zone="Europe/Berlin")
    starts = next_starts(berlin, datetime.fromtimestamp(NOW_MS / 1000, UTC), 2)
    assert [f"{each:%d %H:%M %Z}" for each in starts] == ["24 02:00 CET", "25 02:00 CET"]


def test_the_age_of_the_newest_good_backup_is_a_series(daily: Plan) -> None:
    good = queue(daily, "ann", NOW_MS)
    Backup.objects.filter(pk=good.pk).update(status="verified", started_ms=NOW_MS)
    ended(queue(daily, "ann", NOW_MS + 5), "failed", NOW_MS + 5)
    now_ms = NOW_MS + HOUR_MS
    Plan.objects.filter(pk=daily.pk).update(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    _recorded_ages(now_ms)
    (point,) = store.latest(store.Selector("backup_age_seconds", {"plan": "Shop"}))
    assert point.value == 3600


def _recorded_ages(now_ms: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitoring.store.recording.time.time_ns", lambda: now_ms * 1_000_000)
        record_ages(now_ms)
