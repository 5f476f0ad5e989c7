"""What running totals say of routes and services over days and years."""

from __future__ import annotations

import pytest

from monitoring.histogram import Histogram
from monitoring.store import LatestPoint, SeriesRef, Window
from monitoring.store.packing import pack
from opsportal.dashboard.charts import RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.counted import Counts, Stretch
from opsportal.dashboard.ranges import DAY_MS, HOUR_MS
from opsportal.dashboard.traffic_reading import TrafficPlan, TrafficSeries, series_among

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


def counts_of(windows: list[Window]) -> list[int]:
    return [bucket.count for window in windows for bucket in window.buckets]


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
    ],
)
def test_without_rows_every_route_is_read(counts: Counts, stretch: Stretch) -> None:
    plan = TrafficPlan(TrafficSeries([WHOLE], [ROUTE]), stretch, counts)
    assert [list(each.series) for each in plan.requests] == [[ROUTE], [WHOLE], []]


def test_a_range_is_the_difference_of_two_rows_and_what_came_since() -> None:
    plan = TrafficPlan(TrafficSeries([WHOLE], [ROUTE]), DAY, rows((23, 5), (0, 45)))
    routes, service, busiest = plan.requests
    assert (routes.start_ms, routes.end_ms) == (NEWEST_MS, NOW_MS)
    assert service.start_ms == DAY.start_ms
    assert busiest.series == [ROUTE]
    found = plan.windows([[], [], []])
    assert counts_of(list(found.routes)) == [40]
    assert found.start_ms == NEWEST_MS - 23 * HOUR_MS


def test_before_the_first_row_nothing_was_counted() -> None:
    plan = TrafficPlan(TrafficSeries([WHOLE], [ROUTE]), DAY, rows((0, 45)))
    assert counts_of(list(plan.windows([[], [], []]).routes)) == [45]


def test_a_year_is_drawn_from_one_row_for_each_step() -> None:
    midnight_ms = NEWEST_MS - NEWEST_MS % DAY_MS
    days = {midnight_ms - back * DAY_MS: row(100 - back) for back in range(100)}
    counts = Counts({**days, NEWEST_MS: row(130)})
    stretch = Stretch(midnight_ms - 90 * DAY_MS, NOW_MS, 2 * DAY_MS)
    plan = TrafficPlan(TrafficSeries([WHOLE], [ROUTE]), stretch, counts)
    assert all(each.start_ms >= NEWEST_MS for each in plan.requests if each.series)
    found = plan.windows([[], [], []])
    drawn = counts_of(list(found.service))
    assert sum(drawn) == 120
    assert drawn[:-1] == [2] * (len(drawn) - 1)


def test_what_is_only_compared_is_unpacked_for_the_routes_that_are_shown() -> None:
    other = SeriesRef(9, RESPONSE_TIME, {"route": "/b"})
    series = TrafficSeries([WHOLE], [ROUTE, other])
    plan = TrafficPlan(
        series,
        Stretch(NOW_MS - 4 * DAY_MS, NOW_MS - 3 * DAY_MS, HOUR_MS),
        rows((95, 1), (70, 11), (0, 45)),
        drawn=False,
    )
    assert [list(each.series) for each in plan.requests] == [[], [], []]
    found = plan.windows([[], [], []], {("", "/a", "shop")})
    assert [window.series for window in found.routes] == [ROUTE]
    assert counts_of(list(found.routes)) == [10]


def test_a_service_without_a_series_of_its_own_is_made_of_its_routes() -> None:
    elsewhere = SeriesRef(3, RESPONSE_TIME, {"service": "shop", "host": "b", "route": "/a"})
    found = series_among(known(ROUTE, WHOLE, elsewhere))
    assert found.service == [WHOLE, elsewhere]
    assert found.routes == [ROUTE, elsewhere]
