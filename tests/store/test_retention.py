"""Each resolution is deleted when it is past its days, and not before."""

import pytest

from monitoring.models import Block, Retention, Series
from monitoring.models import Point as HeadRow
from monitoring.store import Point, Selector, compact, latest, record, window
from tests.store.clock import DAY_MS, HOUR_MS, NOW_MS

pytestmark = pytest.mark.django_db
RAW, FIVE_MINUTES, ONE_HOUR = Retention.Resolution.values
FIRST_MS = NOW_MS - DAY_MS


@pytest.fixture(autouse=True)
def a_day_of_points() -> None:
    times = range(FIRST_MS, NOW_MS, HOUR_MS)
    record([Point("cpu_percent", {}, time, 1.0) for time in times], now_ms=NOW_MS)
    compact(now_ms=NOW_MS)


def resolutions_left(days_later: float) -> list[int]:
    compact(now_ms=NOW_MS + int(days_later * DAY_MS))
    return sorted(set(Block.objects.values_list("resolution_ms", flat=True)))


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (2, [RAW, FIVE_MINUTES, ONE_HOUR]),
        (4, [FIVE_MINUTES, ONE_HOUR]),
        (89, [FIVE_MINUTES, ONE_HOUR]),
        (100, [ONE_HOUR]),
        (1094, [ONE_HOUR]),
        (1200, []),
    ],
)
def test_blocks_go_when_their_last_point_may(days: int, left: list[int]) -> None:
    assert resolutions_left(days) == left


def test_a_series_of_which_nothing_is_left_goes_too() -> None:
    compact(now_ms=NOW_MS + 1200 * DAY_MS)
    assert not Series.objects.exists()
    assert not HeadRow.objects.exists()
    assert latest(Selector("cpu_percent")) == []


def test_what_the_admin_says_counts_from_the_next_compaction() -> None:
    Retention.objects.filter(resolution_ms=ONE_HOUR).update(keep_days=30)
    assert resolutions_left(130) == []


def test_the_defaults_count_where_the_admin_has_no_row() -> None:
    Retention.objects.all().delete()
    assert resolutions_left(100) == [ONE_HOUR]


def test_windows_show_the_past_at_the_resolutions_that_are_left() -> None:
    for days, resolution in ((4, FIVE_MINUTES), (100, ONE_HOUR)):
        now = NOW_MS + days * DAY_MS
        compact(now_ms=now)
        (found,) = window(Selector("cpu_percent"), FIRST_MS, NOW_MS, 1000, now_ms=now)
        assert found.resolution_ms == resolution
        assert sum(bucket.count for bucket in found.buckets) == 24


def test_raising_the_days_does_not_bring_back_what_was_deleted() -> None:
    now = NOW_MS + 4 * DAY_MS
    compact(now_ms=now)
    Retention.objects.filter(resolution_ms=RAW).update(keep_days=30)

    late = record([Point("cpu_percent", {}, FIRST_MS + 1, 9.0)], now_ms=now)
    assert late.rejected[0].reason == "the time is older than raw points are kept"
    (found,) = window(Selector("cpu_percent"), FIRST_MS, NOW_MS, 1000, now_ms=now)
    assert found.resolution_ms == FIVE_MINUTES
    assert sum(bucket.count for bucket in found.buckets) == 24


def test_a_second_compaction_finds_nothing_to_do() -> None:
    report = compact(now_ms=NOW_MS)
    assert (report.sealed_points, report.sealed_series, report.expired_blocks) == (0, 0, 0)
