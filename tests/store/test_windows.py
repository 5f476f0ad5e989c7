"""Windows: which resolution is read, how steps are aligned, and how series are added up."""

from typing import Any

import pytest

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.models import Retention
from monitoring.store import (
    Bucket,
    Point,
    Selector,
    WindowRequest,
    compact,
    merge_windows,
    record,
    window,
)
from monitoring.store.resolutions import ALL, FIVE_MINUTES, ONE_HOUR, RAW, Resolution
from monitoring.store.retention import choose_resolution
from tests.store.clock import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS

pytestmark = pytest.mark.django_db
REACH = {each.ms: NOW_MS - each.default_keep_days * DAY_MS for each in ALL}


@pytest.mark.parametrize(("start", "end", "step"), [(0, 10, 0), (0, 10, -5), (10, 10, 5)])
def test_a_window_of_nothing_is_an_error(start: int, end: int, step: int) -> None:
    with pytest.raises(ValueError, match="positive step"):
        window(Selector("cpu_percent"), start, end, step)


def test_a_selector_that_matches_nothing_gives_no_window() -> None:
    record([Point("cpu_percent", {"host": "a"}, NOW_MS, 1.0)], now_ms=NOW_MS)
    for selector in (Selector("load1"), Selector("cpu_percent", {"host": "b"})):
        assert window(selector, NOW_MS - HOUR_MS, NOW_MS, MINUTE_MS, now_ms=NOW_MS) == []


@pytest.mark.parametrize(
    ("age_days", "step_ms", "resolution"),
    [
        pytest.param(1, 1000, RAW, id="a second needs raw points"),
        pytest.param(1, 7 * MINUTE_MS, RAW, id="7 minutes are no multiple of 5"),
        pytest.param(1, 10 * MINUTE_MS, FIVE_MINUTES, id="10 minutes are"),
        pytest.param(30, 2 * HOUR_MS, ONE_HOUR, id="hours"),
        pytest.param(30, 1000, FIVE_MINUTES, id="raw points no longer reach back"),
        pytest.param(300, 5 * MINUTE_MS, ONE_HOUR, id="nor do 5 minutes"),
        pytest.param(3000, 1000, ONE_HOUR, id="nothing does, so the longest kept"),
    ],
)
def test_the_coarsest_resolution_that_fills_the_step_and_reaches_back_is_read(
    age_days: int, step_ms: int, resolution: Resolution
) -> None:
    assert choose_resolution(NOW_MS - age_days * DAY_MS, step_ms, REACH) == resolution


def test_what_the_admin_says_decides_what_is_read() -> None:
    Retention.objects.filter(resolution_ms=RAW.ms).update(keep_days=30)
    record([Point("cpu_percent", {}, NOW_MS - 20 * DAY_MS, 1.0)], now_ms=NOW_MS)
    (found,) = window(
        Selector("cpu_percent"), NOW_MS - 21 * DAY_MS, NOW_MS, MINUTE_MS, now_ms=NOW_MS
    )
    assert found.resolution_ms == RAW.ms
    assert len(found.buckets) == 1


def test_start_and_end_are_rounded_outwards_to_the_step() -> None:
    hour = NOW_MS - NOW_MS % HOUR_MS
    times = [hour - HOUR_MS - 1, hour - HOUR_MS, hour, hour + HOUR_MS // 4]
    record([Point("cpu_percent", {}, time, 1.0) for time in times], now_ms=NOW_MS)
    (found,) = window(Selector("cpu_percent"), hour - 1, hour + 1, HOUR_MS, now_ms=NOW_MS)
    assert found.buckets == [
        Bucket(hour - HOUR_MS, 1, 1.0, 1.0, 1.0),
        Bucket(hour, 2, 2.0, 1.0, 1.0),
    ]


def test_blocks_and_head_fill_one_step_together() -> None:
    day = NOW_MS - NOW_MS % DAY_MS
    record(
        [Point("cpu_percent", {}, time, 2.0) for time in range(day, NOW_MS, MINUTE_MS)],
        now_ms=NOW_MS,
    )
    assert compact(now_ms=NOW_MS).sealed_points == 12 * 60
    (found,) = window(Selector("cpu_percent"), day, NOW_MS, DAY_MS, now_ms=NOW_MS)
    (bucket,) = found.buckets
    assert bucket.count == 13 * 60 + 28
    assert bucket.mean == 2.0


def test_merged_windows_add_up_and_leave_the_windows_alone() -> None:
    points = [
        Point("http_response_time_ms", {"host": host}, NOW_MS, Histogram.of(values))
        for host, values in (("a", [1.0, 2.0]), ("b", [100.0]))
    ]
    record(points, now_ms=NOW_MS)
    windows = window(
        Selector("http_response_time_ms"), NOW_MS, NOW_MS + 1, MINUTE_MS, now_ms=NOW_MS
    )
    (bucket,) = merge_windows(windows)
    assert (bucket.count, bucket.sum, bucket.min, bucket.max) == (3, 103.0, 1.0, 100.0)
    assert bucket.histogram == Histogram.of([1.0, 2.0, 100.0])
    assert [each.buckets[0].count for each in windows] == [2, 1]
    assert merge_windows([]) == []


def test_several_readings_in_one_statement_are_as_each_by_itself(
    django_assert_max_num_queries: Any,
) -> None:
    at = NOW_MS - 3 * HOUR_MS
    points = [Point("cpu_percent", {"host": "a"}, at, 1.0), Point("load1", {}, at, 2.0)]
    record(points, now_ms=NOW_MS)
    compact(now_ms=NOW_MS)
    cpu, load = (store.latest(Selector(name))[0].series for name in ("cpu_percent", "load1"))
    day = (NOW_MS - 24 * HOUR_MS, NOW_MS, 300_000)
    hours = (at - HOUR_MS, at + HOUR_MS, 60_000)
    requests = [WindowRequest(*each) for each in (([cpu, load], *day), ([], *day), ([cpu], *hours))]
    with django_assert_max_num_queries(2):
        together = store.windows_of_each(requests, now_ms=NOW_MS)
    assert together == [store.windows_of(*each[:4], now_ms=NOW_MS) for each in requests]
    assert [len(each) for each in together] == [2, 0, 1]


def test_of_the_last_hour_it_need_not_be_asked_how_far_anything_reaches(
    django_assert_num_queries: Any,
) -> None:
    record([Point("load1", {}, NOW_MS - MINUTE_MS, 2.0)], now_ms=NOW_MS)
    (series,) = [each.series for each in store.latest(Selector("load1"))]
    for length_ms, queries in ((50 * MINUTE_MS, 1), (2 * HOUR_MS, 2)):
        with django_assert_num_queries(queries):
            (found,) = store.windows_of(
                [series], NOW_MS - length_ms, NOW_MS, 5 * MINUTE_MS, now_ms=NOW_MS
            )
        assert [each.count for each in found.buckets] == [1]


def test_an_exact_end_leaves_out_what_comes_after_it_in_the_last_step() -> None:
    times = (NOW_MS - MINUTE_MS, NOW_MS)
    record([Point("load1", {}, time_ms, 1.0) for time_ms in times], now_ms=NOW_MS)
    (series,) = [each.series for each in store.latest(Selector("load1"))]
    day = WindowRequest([series], NOW_MS - DAY_MS, NOW_MS, DAY_MS)
    asked = [day, day._replace(exact=True)]
    counts = [
        sum(bucket.count for bucket in window.buckets)
        for (window,) in store.windows_of_each(asked, now_ms=NOW_MS)
    ]
    assert counts == [2, 1]


def test_a_whole_window_is_one_bucket_of_all_its_steps_from_blocks_and_head() -> None:
    name, start = "http_response_time_ms", NOW_MS - NOW_MS % HOUR_MS - 5 * HOUR_MS
    times = range(start - HOUR_MS, NOW_MS, 7 * MINUTE_MS)
    record(
        [Point(name, {}, each, Histogram.of([each % 900 + 1.0])) for each in times], now_ms=NOW_MS
    )
    assert compact(now_ms=NOW_MS).sealed_points
    series = [each.series for each in store.latest(Selector(name))]
    for end in (NOW_MS, start + 1):
        asked = WindowRequest(series, start, end, HOUR_MS, exact=True)
        (steps,), (whole,) = store.windows_of_each(
            [asked, asked._replace(whole=True)], now_ms=NOW_MS
        )
        (bucket,) = whole.buckets
        assert (bucket.time_ms, bucket.count) == (start, sum(each.count for each in steps.buckets))
        merged = Histogram()
        for each in steps.buckets:
            assert each.histogram
            merged.merge(each.histogram)
        assert bucket.histogram == merged
    nothing = WindowRequest(series, NOW_MS + HOUR_MS, NOW_MS + DAY_MS, HOUR_MS, whole=True)
    assert store.windows_of_each([nothing], now_ms=NOW_MS)[0][0].buckets == []


def test_every_label_of_the_selector_has_to_fit() -> None:
    hosts = [{"host": host, "zone": zone} for host, zone in (("a", "x"), ("a", "y"), ("b", "x"))]
    record([Point("load1", labels, NOW_MS, 1.0) for labels in hosts], now_ms=NOW_MS)
    found = store.latest(Selector("load1", {"zone": "x", "host": "a"}))
    assert [each.series.labels for each in found] == [{"host": "a", "zone": "x"}]
    assert store.latest(Selector("load1", {"host": "x"})) == []


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("step_ms", [10_000, MINUTE_MS, HOUR_MS])
def test_what_the_head_says_the_blocks_say_too(step_ms: int, whole: bool) -> None:
    start = NOW_MS - NOW_MS % HOUR_MS - 4 * HOUR_MS
    times = range(start + 7_000, start + 2 * HOUR_MS, 37_000)
    record([Point("load1", {}, each, float(each % 91)) for each in times], now_ms=NOW_MS)
    timed = [Histogram.of([1.0 + each % 900]) for each in times]
    points = zip(times, timed, strict=True)
    record([Point("http_response_time_ms", {}, *each) for each in points], now_ms=NOW_MS)
    # Both kinds in one reading.
    series = [each.series for each in store.latest_of(["load1", "http_response_time_ms"])]
    asked = WindowRequest(series, start + 600_000, NOW_MS, step_ms, exact=True, whole=whole)
    (of_head,) = store.windows_of_each([asked], now_ms=NOW_MS)
    assert compact(now_ms=NOW_MS).sealed_points == 2 * len(times)
    (of_blocks,) = store.windows_of_each([asked], now_ms=NOW_MS)
    assert [each.buckets for each in of_head] == [each.buckets for each in of_blocks]
    assert len(of_head[0].buckets) == 1 or not whole
    assert sum(each.count for each in of_head[0].buckets) > 100
