"""The windows that a look needs: three queries at most, however many series there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from monitoring import store
from monitoring.store import LatestPoint, SeriesRef, Window, WindowRequest, windows_of_each
from opsportal.dashboard.before import Before, drawn_step_ms
from opsportal.dashboard.charts import GAUGES, REQUESTS, RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.counted import NO_COUNTS, SHORTEST_MS, Counts, Stretch
from opsportal.dashboard.known_past import PAST
from opsportal.dashboard.past import ROUTES, SERVICE, VITALS, Part
from opsportal.dashboard.ranges import MINUTE_MS, SECOND_MS, Range
from opsportal.dashboard.routes import Measured, slowest
from opsportal.dashboard.same_rows import SAME_ROWS
from opsportal.dashboard.settled import SettledSteps
from opsportal.dashboard.traffic_reading import (
    NOTHING,
    Steps,
    TrafficSeries,
    busiest,
    series_among,
    totals_before,
    totals_now,
)

# As /api/health/detailed: long enough to be calm, short enough to be now.
RECENT_MS = 5 * MINUTE_MS
RECENT_STEP_MS = 10 * SECOND_MS

SETTLED = SettledSteps()

TRAFFIC = (RESPONSE_TIME, SERVICE_TIME)
ALL_METRICS = [*GAUGES, REQUESTS, "host_uptime_seconds", *TRAFFIC]


@dataclass(frozen=True, slots=True)
class Windows:
    """`by_metric` step by step, only what is not known of each of the `parts`, and of routes only
    those that are drawn; `routes` the slowest of all in `routes_minutes`; `recent` of the last
    RECENT_MS of all services. `before`: what the range is compared with, and `routes_before`
    always."""

    recent: list[Window]
    by_metric: Mapping[str, list[Window]]
    routes: Sequence[Measured] = ()
    routes_minutes: float = 1
    before: Mapping[str, list[Window]] = field(default_factory=dict)
    routes_before: Sequence[Window] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)


def read_windows(
    known: Sequence[LatestPoint], shown: Range, before: Before, service: str, host: str, now_ms: int
) -> Windows:
    """Of the series `known` with their last points. An empty `service` means all of them."""
    # What fell silent before the range began has nothing in it.
    chosen = [p for p in known if p.time_ms >= shown.start_ms]
    own = [p for p in chosen if service in ("", p.series.labels.get("service", ""))]
    rates = [p.series for p in own if p.series.metric == REQUESTS]
    vitals = [p.series for p in chosen if _is_vital(p.series, host)]
    look = _Look(shown, before, series_among(own), now_ms)
    return look.windows(_recently(known, now_ms), vitals, rates)


class _Look:
    """Two statements at most. Where running totals do not say which routes are to be drawn and
    compared, these can only be asked for when the sums of all have been read."""

    def __init__(self, shown: Range, before: Before, traffic: TrafficSeries, now_ms: int) -> None:
        self._shown, self._before, self._now_ms = shown, before, now_ms
        self._traffic = traffic
        self._now = Stretch(shown.start_ms, shown.end_ms, shown.traffic_step_ms)
        self._then = self._earlier(self._now)
        is_long = shown.end_ms - shown.start_ms >= SHORTEST_MS
        moments = self._now.moments | self._then.moments
        self._counts = Counts(store.running_totals(moments) if is_long else {})
        self._asked: list[WindowRequest] = []
        self._parts: dict[str, Part] = {}
        reached = store.reach_once(now_ms)
        self._read = partial(windows_of_each, reached=reached, of_rows=SAME_ROWS)

    def windows(
        self, recently: WindowRequest, vitals: Sequence[SeriesRef], rates: Sequence[SeriesRef]
    ) -> Windows:
        totals = totals_now(self._traffic.routes, self._now, self._counts)
        service = self._traffic.service
        of_hosts = self._part(VITALS, vitals, self._shown.step_ms)
        of_service = self._part(SERVICE, [*service, *rates], self._shown.traffic_step_ms)
        drawn = [
            *self._steps(vitals, of_hosts),
            *self._steps(rates, of_service),
            *self._steps(service, of_service, self._counts),
            *self._busiest(totals.counted),
        ]
        recent, points, *read = self._ask([recently, totals.request, *drawn])
        routes = slowest([*totals.counted, *points])
        only = {labels for labels, _traffic in routes}
        earlier = totals_before(self._traffic.routes, self._then, self._counts, only)
        late = [] if totals.counted else self._busiest(points)
        compared, *read_late = self._ask([earlier.request, *late])
        found = [
            each.windows(of) for each, of in zip([*drawn, *late], [*read, *read_late], strict=True)
        ]
        return Windows(
            recent,
            _by_metric(found[::2]),
            routes,
            max(1, (min(totals.end_ms, self._now_ms) - totals.start_ms) / MINUTE_MS),
            _by_metric(found[1::2]) if self._before.drawn else {},
            [*earlier.counted, *compared],
            self._parts,
        )

    def _ask(self, wanted: Sequence[WindowRequest | Steps]) -> list[list[Window]]:
        requests = [each.request if isinstance(each, Steps) else each for each in wanted]
        # What is remembered is known by its place among all that is asked for.
        placed = [*(NOTHING for _ in self._asked), *requests]
        read = SETTLED.windows(placed, self._now_ms, self._read)[len(self._asked) :]
        self._asked += requests
        return read

    def _busiest(self, totals: Sequence[Window]) -> list[Steps]:
        if not totals:
            return []
        series = busiest(totals, self._traffic.routes)
        part = self._part(ROUTES, series, self._shown.traffic_step_ms)
        return self._steps(series, part, self._counts)

    def _part(self, name: str, series: Sequence[SeriesRef], step_ms: int) -> Part:
        part = PAST.part(name, series, step_ms, self._shown, self._now_ms)
        self._parts[name] = part
        return part

    def _steps(
        self, series: Sequence[SeriesRef], part: Part, counts: Counts = NO_COUNTS
    ) -> list[Steps]:
        """Of now, as far as they are not known, and of before where that is drawn."""
        end_ms, step_ms = self._shown.end_ms, part.step_ms
        earlier = self._earlier(Stretch(self._shown.start_ms, end_ms, step_ms))
        of_before = series if self._before.drawn else ()
        return [
            Steps(series, Stretch(part.from_ms, end_ms, step_ms), counts),
            Steps(of_before, earlier, counts),
        ]

    def _earlier(self, stretch: Stretch) -> Stretch:
        start_ms = stretch.start_ms - self._before.shift_ms
        step_ms = drawn_step_ms(stretch.step_ms, start_ms, stretch.end_ms)
        return Stretch(start_ms, stretch.end_ms - self._before.shift_ms, step_ms)


def _recently(known: Iterable[LatestPoint], now_ms: int) -> WindowRequest:
    start_ms = now_ms - RECENT_MS
    series = series_among(known).service
    fresh = {point.series.id for point in known if point.time_ms >= start_ms}
    return WindowRequest(
        [each for each in series if each.id in fresh], start_ms, now_ms, RECENT_STEP_MS
    )


def _is_vital(series: SeriesRef, host: str) -> bool:
    is_traffic = series.metric in (REQUESTS, *TRAFFIC)
    return not is_traffic and series.labels.get("host", "") in ("", host)


def _by_metric(found: Sequence[Sequence[Window]]) -> dict[str, list[Window]]:
    """Vitals, rates, the service and, if any are drawn, its busiest routes."""
    vitals, rates, service, *routes = found
    windows: dict[str, list[Window]] = {metric: [] for metric in ALL_METRICS}
    for window in (*vitals, *rates):
        windows[window.series.metric].append(window)
    # A service without a series of its own is made of its routes.
    windows[SERVICE_TIME] += service
    windows[RESPONSE_TIME] += chain.from_iterable(routes)
    return windows
