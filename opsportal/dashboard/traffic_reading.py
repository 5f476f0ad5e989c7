"""Which windows of requests a look needs, and what it makes of them: pure.

Hundreds of routes are merged as seldom as can be. What is drawn of a whole service is its own
series; what the table says comes from running totals where there are any of the time, else from the
points as one sum for each route; and only the routes that are drawn are read step by step.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from monitoring.store import LatestPoint, SeriesRef, Window, WindowRequest
from monitoring.store.running import FINE_MS
from opsportal.dashboard.charts import DRAWN_ROUTES, RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.counted import SHORTEST_MS, Counts, Stretch
from opsportal.dashboard.folding import folded
from opsportal.dashboard.grouping import GROUPINGS
from opsportal.dashboard.routes import LABELS
from opsportal.dashboard.traffic import grouped

Labels = tuple[str, ...]

NOTHING = WindowRequest((), 0, 1, 1)
_RAW_MS = 1


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
class RouteTotals:
    """What each route counted in a stretch of time: the rows of running totals say so as far as
    they go, the points of `request` the rest."""

    start_ms: int
    end_ms: int
    request: WindowRequest
    counted: Sequence[Window] = ()


def totals_now(routes: Sequence[SeriesRef], stretch: Stretch, counts: Counts) -> RouteTotals:
    if not counts.cover(stretch):
        return _from_points(routes, stretch)
    found = counts.over(routes, stretch)
    end_ms = max(found.until_ms, stretch.end_ms)
    rest = _whole(routes, found.until_ms, stretch.end_ms)
    return RouteTotals(found.start_ms, end_ms, rest, found.windows)


def totals_before(
    routes: Sequence[SeriesRef], stretch: Stretch, counts: Counts, only: Container[Labels]
) -> RouteTotals:
    """Of the routes `only`. A short stretch is compared with the whole hours that it lies in."""
    groups = GROUPINGS(routes, LABELS).items()
    places = sorted(place for labels, group in groups if labels in only for place in group)
    chosen = [routes[place] for place in places]
    is_over = counts.newest_ms is not None and counts.newest_ms >= stretch.end_ms
    if not (is_over and counts.cover(stretch, SHORTEST_MS)):
        return _from_points(chosen, stretch)
    found = counts.over(chosen, stretch)
    return RouteTotals(found.start_ms, found.until_ms, NOTHING, found.windows)


def _from_points(routes: Sequence[SeriesRef], stretch: Stretch) -> RouteTotals:
    start_ms = stretch.start_ms - stretch.start_ms % FINE_MS
    return RouteTotals(start_ms, stretch.end_ms, _whole(routes, start_ms, stretch.end_ms))


def _whole(routes: Sequence[SeriesRef], start_ms: int, end_ms: int) -> WindowRequest:
    if start_ms >= end_ms:
        return NOTHING
    return WindowRequest(routes, start_ms, end_ms, FINE_MS, exact=True, whole=True)


def busiest(totals: Iterable[Window], routes: Iterable[SeriesRef]) -> list[SeriesRef]:
    """The series of the routes that were asked for most; their names decide between equals."""
    counts = {
        route: sum(bucket.count for window in windows for bucket in window.buckets)
        for route, windows in grouped(totals, "route").items()
    }
    chosen = sorted(counts, key=lambda route: (-counts[route], route))[:DRAWN_ROUTES]
    series = list(routes)
    groups = GROUPINGS(series, ("route",))
    return [series[place] for place in sorted(chain.from_iterable(groups[each] for each in chosen))]


class Steps:
    """Series step by step. In steps of days, running totals say what was counted until the newest
    row, and only what came since is read."""

    def __init__(self, series: Sequence[SeriesRef], stretch: Stretch, counts: Counts) -> None:
        self._series, self._stretch, self._counts = series, stretch, counts
        self._by_day = stretch.by_day and counts.cover(stretch)

    @property
    def request(self) -> WindowRequest:
        stretch, start_ms = self._stretch, self._stretch.start_ms
        if self._by_day:
            start_ms = max(stretch.first_ms, self._counts.newest_ms or 0)
        if start_ms >= stretch.end_ms:
            return NOTHING
        if self._by_day:
            return WindowRequest(self._series, start_ms, stretch.end_ms, FINE_MS, exact=True)
        return WindowRequest(self._series, start_ms, stretch.end_ms, stretch.step_ms)

    def windows(self, read: Sequence[Window]) -> list[Window]:
        """From the answer to `request`."""
        if not self._by_day:
            # What is all over was not asked for.
            return list(read) or [Window(each, _RAW_MS, []) for each in self._series]
        step_ms = self._stretch.step_ms
        return [
            *self._counts.by_day(self._series, self._stretch),
            *(
                Window(each.series, each.resolution_ms, folded([], each.buckets, step_ms))
                for each in read
                if each.buckets
            ),
        ]


def _source(series: SeriesRef) -> tuple[str | None, str | None]:
    return series.labels.get("service"), series.labels.get("host")
