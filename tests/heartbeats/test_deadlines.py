"""When a ping is late, by period or by a cron expression with its time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from monitoring.heartbeats.deadlines import deadline_ms, excused_until_ms
from monitoring.heartbeats.runs import Runs
from monitoring.probes.heartbeat import Heartbeat

BERLIN = ZoneInfo("Europe/Berlin")
A, B = UUID(int=1), UUID(int=2)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def berlin(text: str, *, fold: int = 0) -> int:
    return ms(datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold))


def test_nothing_is_late_before_the_first_ping() -> None:
    assert deadline_ms(Heartbeat(), None, None) is None


def test_a_simple_period_and_its_grace() -> None:
    heartbeat = Heartbeat(period_seconds=60, grace_seconds=10)
    assert deadline_ms(heartbeat, 1000, None) == 71_000


def test_a_run_that_goes_on_has_the_grace_and_no_more_than_the_period_gives() -> None:
    heartbeat = Heartbeat(period_seconds=60, grace_seconds=10)
    assert deadline_ms(heartbeat, None, 5000) == 15_000
    assert deadline_ms(heartbeat, 1000, 5000) == 15_000
    assert deadline_ms(heartbeat, 1000, 65_000) == 71_000


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        # Plainly, the next day.
        ("2026-01-10T02:30:05", "2026-01-11T02:30"),
        # 02:30 does not exist on this day; cron runs at once after the gap.
        ("2026-03-28T02:30:05", "2026-03-29T03:00"),
        ("2026-03-29T03:00:05", "2026-03-30T02:30"),
        # 02:30 comes twice on this day; the job runs once.
        ("2026-10-24T02:30:05", "2026-10-25T02:30"),
        ("2026-10-25T02:30:05", "2026-10-26T02:30"),
    ],
)
def test_cron_follows_the_clock_of_its_time_zone(last: str, expected: str) -> None:
    heartbeat = Heartbeat(cron="30 2 * * *", time_zone="Europe/Berlin", grace_seconds=600)
    found = deadline_ms(heartbeat, berlin(last), None)
    assert found == berlin(expected) + 600_000


def test_an_hourly_job_runs_in_both_of_the_repeated_hours() -> None:
    heartbeat = Heartbeat(cron="15 * * * *", time_zone="Europe/Berlin", grace_seconds=60)
    first, second = (berlin("2026-10-25T02:15:05", fold=fold) for fold in (0, 1))
    assert second - first == 3_600_000
    assert heartbeat.expected_ms(first) == second - 5000
    assert heartbeat.expected_ms(second) == berlin("2026-10-25T03:15")


def test_without_a_time_zone_cron_is_in_utc() -> None:
    last = ms(datetime.fromisoformat("2026-07-01T12:00:00+00:00"))
    assert Heartbeat(cron="0 2 * * *").expected_ms(last) == last + 14 * 3_600_000


def test_weekdays_only() -> None:
    heartbeat = Heartbeat(cron="0 9 * * MON-FRI", time_zone="Europe/Berlin")
    assert heartbeat.expected_ms(berlin("2026-01-09T09:00")) == berlin("2026-01-12T09:00")


@pytest.mark.parametrize("cron", ["", "30 2 * * *", "* * * * *"])
def test_the_excuse_ends_after_now_and_within_one_period(cron: str) -> None:
    heartbeat = Heartbeat(cron=cron, time_zone="Europe/Berlin", grace_seconds=600)
    now = datetime(2026, 10, 25, tzinfo=BERLIN)
    for hours in range(48):
        now_ms = ms(now + timedelta(hours=hours))
        assert 0 < excused_until_ms(heartbeat, now_ms) - now_ms <= 25 * 3_600_000


@pytest.mark.parametrize(
    ("pings", "since"),
    [
        ([], None),
        ([("success", None, 1)], None),
        ([("start", None, 1)], 1),
        ([("start", None, 1), ("start", None, 2)], 2),
        ([("start", A, 1), ("start", B, 2)], 1),
        ([("start", A, 1), ("start", B, 2), ("success", A, 3)], 2),
        ([("start", A, 1), ("success", B, 3)], 1),
        ([("start", A, 1), ("success", None, 3)], None),
        ([("start", A, 1), ("fail", B, 3)], None),
        ([("start", A, 1), ("success", A, 2), ("start", A, 3)], 3),
    ],
)
def test_the_longest_run_that_goes_on(
    pings: list[tuple[str, UUID | None, int]], since: int | None
) -> None:
    runs = Runs()
    for kind, rid, time_ms in pings:
        runs.add(kind, rid, time_ms)
    assert runs.running_since_ms(0) == since
    assert runs.running_since_ms(10) is None
