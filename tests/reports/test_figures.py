"""What a report counts: pure figures of made-up weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from monitoring.availability import Span
from monitoring.store import Bucket, SeriesRef, Window
from opsportal.reports.alerting import Fired, figures_of
from opsportal.reports.availability import availability_of
from opsportal.reports.capacity import capacity_of
from opsportal.reports.periods import containing, last_whole
from opsportal.reports.recovery import Run, figures_by_plan
from opsportal.reports.sections import budget

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BERLIN = ZoneInfo("Europe/Berlin")


def test_what_is_no_kind_of_report_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of report"):
        containing("daily", date(2026, 11, 24), BERLIN)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 25), 167), (date(2026, 10, 21), 169), (date(2026, 11, 18), 168)],
)
def test_a_week_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    week = containing("weekly", day, BERLIN)
    assert week.first.isoweekday() == 1
    assert week.end_ms - week.start_ms == hours * HOUR_MS


def test_the_newest_whole_one_is_over_in_the_readers_time_zone() -> None:
    """In Berlin it is Monday while it is still Sunday in UTC."""
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert last_whole("weekly", now, BERLIN).first == date(2026, 11, 16)
    assert last_whole("weekly", now, ZoneInfo("UTC")).first == date(2026, 11, 9)
    assert last_whole("monthly", datetime(2026, 1, 5, tzinfo=UTC), BERLIN).title == "December 2025"


def test_of_a_service_nobody_knows_nothing_is_claimed() -> None:
    found = availability_of("Orders", [], [], 0, DAY_MS, 99.9)
    assert (found.percent, found.budget_left_percent, found.outages) == (None, None, 0)


def test_planned_work_costs_no_budget_and_an_outage_does() -> None:
    spans = [
        Span(-DAY_MS, 2 * HOUR_MS, "up"),
        Span(2 * HOUR_MS, 3 * HOUR_MS, "down"),
        Span(3 * HOUR_MS, 20 * HOUR_MS, "up"),
        Span(20 * HOUR_MS, None, "down"),
    ]
    found = availability_of("Orders", spans, [(20 * HOUR_MS, 24 * HOUR_MS)], 0, DAY_MS, 90)
    assert (found.down_ms, found.outages) == (HOUR_MS, 1)
    assert found.percent == pytest.approx(95)
    assert found.budget_left_percent == pytest.approx(50)


def test_more_than_the_budget_is_less_than_nothing() -> None:
    found = availability_of("Orders", [Span(0, None, "down")], [], 0, DAY_MS, 99)
    assert found.budget_left_percent == pytest.approx(-9900)


def test_a_budget_that_was_missed_by_a_moment_is_not_nothing() -> None:
    row = availability_of(
        "Orders", [Span(0, 1001, "down"), Span(1001, None, "up")], [], 0, 1_000_000, 99.9
    )
    assert budget(row.budget_left_percent) == "-1 %"


def test_a_budget_that_was_spent_many_times_over_is_no_large_negative_number() -> None:
    assert budget(-99_901.0) == "spent 1000 times"
    assert budget(-50.0) == "-50 %"
    assert budget(None) == "\N{EN DASH}"


def test_without_alerts_there_is_no_mean() -> None:
    figures = figures_of([])
    assert (figures.fired, figures.mean_acknowledge_seconds) == (0, None)


def test_means_are_of_those_that_were_seen_and_ended() -> None:
    figures = figures_of(
        [
            Fired("CPU", "warning", 1000, 61_000, 601_000),
            Fired("CPU", "warning", 1000, None, 1_000),
            Fired("Disk", "critical", 5000, 4000, None),  # the clock was set back
        ]
    )
    assert figures.by_severity == {"warning": 2, "critical": 1}
    assert figures.mean_acknowledge_seconds == 30
    assert figures.mean_resolve_seconds == 300
    assert figures.noisiest[0] == ("CPU", 2)


def test_backups_are_counted_by_plan_also_those_deleted_since() -> None:
    (shop,) = figures_by_plan(
        [
            Run("shop", "deleted", True, 61.0, 100),
            Run("shop", "failed", False, None, None),
            Run("shop", "verified", True, 75.0, 150),
        ]
    )
    assert (shop.good, shop.failed, shop.proved) == (2, 1, 2)
    assert (shop.longest_restore_seconds, shop.grown_percent) == (75.0, 50.0)


def disk(values: list[float], host: str = "web-1") -> Window:
    series = SeriesRef(1, "disk_percent", {"host": host, "path": "/"})
    buckets = [Bucket(place * DAY_MS, 1, value, value, value) for place, value in enumerate(values)]
    return Window(series, 1, buckets)


def test_a_disk_that_fills_is_foreseen_and_one_that_does_not_is_not() -> None:
    filling = disk([50.0 + place for place in range(10)], "db-1")
    flat = disk([70.0] * 10)
    short = disk([10.0, 90.0], "new")
    first, *rest = capacity_of([flat, short, filling], 9 * DAY_MS)
    assert first.name == "/ of db-1"
    assert first.full_in_days == pytest.approx(41, abs=0.5)
    assert first.change_percent == pytest.approx(9)
    assert [each.full_in_days for each in rest] == [None, None]
