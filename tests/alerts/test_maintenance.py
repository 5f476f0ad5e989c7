"""When planned work takes place: once, or by cron in a zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.maintenance import is_now, windows

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR_MS = 3_600_000


@dataclass
class Work:
    starts_at: datetime = START
    duration_seconds: int = 3600
    cron: str = ""
    time_zone: str = "UTC"
    ends_at: datetime | None = None


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_work_that_is_done_once_is_over_afterwards() -> None:
    assert not is_now(Work(), ms(START) - 1)
    assert is_now(Work(), ms(START))
    assert is_now(Work(), ms(START) + HOUR_MS - 1)
    assert not is_now(Work(), ms(START) + HOUR_MS)


def test_work_that_recurs_begins_anew_in_its_own_zone() -> None:
    work = Work(cron="0 3 * * *", time_zone="Europe/Berlin")
    found = windows(work, ms(START), ms(START + timedelta(days=2)))
    assert found == [
        (ms(START + timedelta(days=day)), ms(START + timedelta(days=day)) + HOUR_MS)
        for day in (0, 1)
    ]


def test_what_began_before_and_still_lasts_is_found() -> None:
    work = Work(cron="0 2 * * *", duration_seconds=10 * 3600)
    assert is_now(work, ms(START) + 9 * HOUR_MS)


def test_none_begins_before_the_first_day_or_after_the_last() -> None:
    work = Work(cron="0 2 * * *", ends_at=START + timedelta(days=1))
    far = ms(START + timedelta(days=30))
    assert len(windows(work, ms(START) - 30 * 24 * HOUR_MS, far)) == 1


def test_a_cron_expression_that_is_none_means_no_work() -> None:
    assert windows(Work(cron="every tuesday"), 0, ms(START) * 2) == []
