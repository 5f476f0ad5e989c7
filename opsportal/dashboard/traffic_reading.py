"""Which windows of requests a look needs, and what it makes of them: pure.

Hundreds of routes are merged as seldom as can be. What is drawn of a whole service is its own
series; what the table says of six hours and more comes from running totals, and only the routes
that are drawn are read step by step.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from monitoring.store import LatestPoint, SeriesRef, Window, WindowRequest
from opsportal.dashboard.charts import DRAWN_ROUTES, RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.counted import Counted, Counts, Stretch
from opsportal.dashboard.folding import folded
from opsportal.dashboard.ranges import HOUR_MS
from opsportal.dashboard.routes import labels_of
from opsportal.dashboard.traffic import grouped

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrafficSeries:
    """`service`: of all routes together; `routes`: of each."""

    service: Sequence[SeriesRef] = ()
    routes: Sequence[SeriesRef] = ()


def series_among(known: Iterable[LatestPoint]) -> TrafficSeries:
    """Who pushes only what the contract names has no series of the whole: then its routes are."""
    points = [p for p in known if p.series.metric in (RESPONSE_TIME, SERVICE_TIME)]
    routes = [each.series for each in points if each.series.metric == RESPONSE_TIME]
    whole = [each.series for each in points if each.series.metric == SERVICE_TIME]
    summed = {_source(each) for each in whole}
    return TrafficSeries([*whole, *(r for r in routes if _source(r) not in summed)], routes)


@dataclass(frozen=True, slots=True)
class TrafficWindows:
    """`service` and `busiest` step by step; `routes` in any steps, from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int
    service: Sequence[Window] = ()
    busiest: Sequence[Window] = ()
    routes: Sequence[Window] = ()


class TrafficPlan:
    """Of one stretch of time. `drawn`: else only the totals of the routes are wanted."""

    def __init__(
        self, series: TrafficSeries, stretch: Stretch, counts: Counts, *, drawn: bool = True
    ) -> None:
        self._series, self._stretch, self._counts = series, stretch, counts
        self._drawn = drawn
        self._is_counted = counts.cover(stretch) and (drawn or counts.reach(stretch.end_ms))
        self._counted = counts.over(series.routes, stretch) if self._is_counted and drawn else None
        self._busiest = _busiest(self._counted) if self._counted else []

    @property
    def requests(self) -> list[WindowRequest]:
        """Of all routes, of the service, of the busiest routes."""
        stretch = self._stretch
        service = self._series.service if self._drawn else ()
        if not self._is_counted:
            return [self._steps(self._series.routes), self._steps(service), self._steps(())]
        if self._counted is None:
            return [self._steps(())] * 3
        routes = self._tail(self._series.routes, self._counted.until_ms, whole=True)
        if stretch.by_day:
            newest_ms = self._counts.newest_ms or 0
            return [routes, self._tail(service, newest_ms), self._tail(self._busiest, newest_ms)]
        return [routes, self._steps(service), self._steps(self._busiest)]

    def windows(self, read: Sequence[list[Window]], only: Container[Labels] = ()) -> TrafficWindows:
        """From the answers to `requests`. Where nothing is drawn, of the routes `only`."""
        routes, service, busiest = read
        if not self._is_counted:
            start_ms, end_ms = self._stretch.start_ms, self._stretch.end_ms
            return TrafficWindows(start_ms, end_ms, service, routes, routes)
        counted = self._counted
        if counted is None:
            chosen = [each for each in self._series.routes if labels_of(each) in only]
            counted = self._counts.over(chosen, self._stretch)
            return TrafficWindows(counted.start_ms, counted.until_ms, routes=counted.windows)
        if self._stretch.by_day:
            service = self._by_day(self._series.service, service)
            busiest = self._by_day(self._busiest, busiest)
        end_ms = max(counted.until_ms, self._stretch.end_ms)
        every = [*counted.windows, *routes]
        return TrafficWindows(counted.start_ms, end_ms, service, busiest, every)

    def _by_day(self, series: Sequence[SeriesRef], tail: Sequence[Window]) -> list[Window]:
        step_ms = self._stretch.step_ms
        return [
            *self._counts.by_day(series, self._stretch),
            *(_in_steps(window, step_ms) for window in tail if window.buckets),
        ]

    def _steps(self, series: Sequence[SeriesRef]) -> WindowRequest:
        stretch = self._stretch
        return WindowRequest(series, stretch.start_ms, stretch.end_ms, stretch.step_ms)

    def _tail(
        self, series: Sequence[SeriesRef], start_ms: int, *, whole: bool = False
    ) -> WindowRequest:
        end_ms = self._stretch.end_ms
        if start_ms >= end_ms:
            return self._steps(())
        # Rows stand at whole hours.
        return WindowRequest(series, start_ms, end_ms, HOUR_MS, exact=True, whole=whole)


def _source(series: SeriesRef) -> tuple[str | None, str | None]:
    return series.labels.get("service"), series.labels.get("host")


def _busiest(counted: Counted) -> list[SeriesRef]:
    """The series of the routes that were asked for most; their names decide between equals."""
    by_route = grouped(counted.windows, "route")
    counts = {
        route: sum(bucket.count for window in windows for bucket in window.buckets)
        for route, windows in by_route.items()
    }
    chosen = sorted(counts, key=lambda route: (-counts[route], route))[:DRAWN_ROUTES]
    return [window.series for route in chosen for window in by_route[route]]


def _in_steps(window: Window, step_ms: int) -> Window:
    """As if it had been read in longer steps."""
    return Window(window.series, window.resolution_ms, folded([], window.buckets, step_ms))
