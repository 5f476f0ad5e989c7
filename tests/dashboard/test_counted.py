"""What running totals say of routes and services over days and years."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from monitoring.histogram import Histogram
from monitoring.store import LatestPoint, SeriesRef, Window, bucket_of
from monitoring.store.packing import pack
from monitoring.store.running import FINE_MS
from opsportal.dashboard.charts import RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.counted import Counts, Stretch
from opsportal.dashboard.ranges import DAY_MS, HOUR_MS, MINUTE_MS
from opsportal.dashboard.traffic_reading import (
    Steps,
    busiest,
    series_among,
    totals_before,
    totals_now,
)

NEWEST_MS = 20_000 * DAY_MS + 10 * HOUR_MS
NOW_MS = NEWEST_MS + HOUR_MS + 1000
ROUTE = SeriesRef(1, RESPONSE_TIME, {"service": "shop", "host": "a", "route": "/a"})
WHOLE = SeriesRef(2, SERVICE_TIME, {"service": "shop", "host": "a"})
DAY = Stretch(NOW_MS - DAY_MS, NOW_MS, 10 * 60_000)


def row(count: int) -> bytes:
    times = Histogram.of([10.0] * count)
    return pack({ROUTE.id: times, WHOLE.id: times})


def rows(*ago_and_count: tuple[int, int]) -> Counts:
    return Counts({NEWEST_MS - hours * HOUR_MS: row(count) for hours, count in ago_and_count})


def known(*series: SeriesRef) -> list[LatestPoint]:
    return [LatestPoint(each, NOW_MS, 1.0) for each in series]


def counts_of(windows: Iterable[Window]) -> list[int]:
    return [bucket.count for window in windows for bucket in window.buckets]


def drawn(stretch: Stretch, counts: Counts) -> Steps:
    return Steps([WHOLE], stretch, counts)


@pytest.mark.parametrize(
    ("counts", "stretch"),
    [
        pytest.param(Counts({}), DAY, id="none were made yet"),
        pytest.param(rows((48, 5)), DAY, id="the newest is older than the range"),
        pytest.param(
            rows((0, 5)),
            Stretch(NOW_MS - 30 * DAY_MS, NOW_MS - 29 * DAY_MS, HOUR_MS),
            id="a day of long ago, of which only midnights are left",
        ),
        pytest.param(
            rows((0, 5)),
            Stretch(NOW_MS - DAY_MS, NOW_MS - DAY_MS + HOUR_MS, MINUTE_MS),
            id="an hour of yesterday, of which only whole hours are left",
        ),
        pytest.param(rows((0, 5)), Stretch(NOW_MS - 600_000, NOW_MS, MINUTE_MS), id="ten minutes"),
    ],
)
def test_without_rows_the_points_of_every_route_are_added_up(
    counts: Counts, stretch: Stretch
) -> None:
    totals = totals_now([ROUTE], stretch, counts)
    assert (list(totals.request.series), totals.request.whole) == ([ROUTE], True)
    assert totals.request.start_ms <= stretch.start_ms
    assert totals.counted == ()
    assert Steps([ROUTE], stretch, counts).request.start_ms == stretch.start_ms


def test_a_range_is_the_difference_of_two_rows_and_what_came_since() -> None:
    counts = rows((23, 5), (0, 45))
    totals = totals_now([ROUTE], DAY, counts)
    assert (totals.request.start_ms, totals.request.end_ms) == (NEWEST_MS, NOW_MS)
    assert drawn(DAY, counts).request.start_ms == DAY.start_ms
    assert busiest(totals.counted, [ROUTE]) == [ROUTE]
    assert counts_of(totals.counted) == [40]
    assert totals.start_ms == NEWEST_MS - 23 * HOUR_MS


def test_the_last_hour_is_the_difference_of_rows_of_five_minutes() -> None:
    newest_ms = NOW_MS - NOW_MS % FINE_MS
    counts = Counts({newest_ms - HOUR_MS: row(5), newest_ms: row(45)})
    totals = totals_now([ROUTE], Stretch(NOW_MS - HOUR_MS, NOW_MS, MINUTE_MS), counts)
    assert counts_of(totals.counted) == [40]
    assert (totals.start_ms, totals.request.start_ms) == (newest_ms - HOUR_MS, newest_ms)


def test_before_the_first_row_nothing_was_counted() -> None:
    assert counts_of(totals_now([ROUTE], DAY, rows((0, 45))).counted) == [45]


def test_a_year_is_drawn_from_one_row_for_each_step() -> None:
    midnight_ms = NEWEST_MS - NEWEST_MS % DAY_MS
    days = {midnight_ms - back * DAY_MS: row(100 - back) for back in range(100)}
    counts = Counts({**days, NEWEST_MS: row(130)})
    stretch = Stretch(midnight_ms - 90 * DAY_MS, NOW_MS, 2 * DAY_MS)
    steps = drawn(stretch, counts)
    assert steps.request.start_ms == NEWEST_MS
    found = counts_of(steps.windows([]))
    assert sum(found) == 120
    assert found[:-1] == [2] * (len(found) - 1)


def test_what_is_compared_is_unpacked_for_the_routes_that_are_shown() -> None:
    other = SeriesRef(9, RESPONSE_TIME, {"route": "/b"})
    stretch = Stretch(NOW_MS - 4 * DAY_MS, NOW_MS - 3 * DAY_MS, HOUR_MS)
    counts = rows((95, 1), (70, 11), (0, 45))
    found = totals_before([ROUTE, other], stretch, counts, {("", "/a", "shop")})
    assert [window.series for window in found.counted] == [ROUTE]
    assert counts_of(found.counted) == [10]
    assert not found.request.series


def test_an_hour_is_compared_with_the_whole_hours_that_it_lay_in() -> None:
    stretch = Stretch(NOW_MS - 170 * HOUR_MS, NOW_MS - 169 * HOUR_MS, MINUTE_MS)
    counts = rows((169, 1), (168, 4), (167, 9), (0, 45))
    found = totals_before([ROUTE], stretch, counts, {("", "/a", "shop")})
    assert counts_of(found.counted) == [8]


def test_what_rows_do_not_reach_is_compared_from_the_points_of_the_routes_that_are_shown() -> None:
    other = SeriesRef(9, RESPONSE_TIME, {"route": "/b"})
    found = totals_before([ROUTE, other], DAY, Counts({}), {("", "/a", "shop")})
    assert list(found.request.series) == [ROUTE]


def test_the_busiest_routes_are_drawn_with_all_their_series() -> None:
    failed = SeriesRef(5, RESPONSE_TIME, {**ROUTE.labels, "status_class": "5xx"})
    others = [SeriesRef(10 + n, RESPONSE_TIME, {"route": f"/{n}"}) for n in range(9)]
    series = [ROUTE, failed, *others]
    windows = [
        Window(each, HOUR_MS, [bucket_of(0, Histogram.of([1.0] * (20 - place)))])
        for place, each in enumerate([failed, *others])
    ]
    assert busiest(windows, series) == [ROUTE, failed, *others[:2]]


def test_a_service_without_a_series_of_its_own_is_made_of_its_routes() -> None:
    elsewhere = SeriesRef(3, RESPONSE_TIME, {"service": "shop", "host": "b", "route": "/a"})
    found = series_among(known(ROUTE, WHOLE, elsewhere))
    assert found.service == [WHOLE, elsewhere]
    assert found.routes == [ROUTE, elsewhere]
