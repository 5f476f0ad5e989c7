"""The windows that a look needs: two queries, however many series there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from monitoring import store
from monitoring.store import LatestPoint, SeriesRef, Window, WindowRequest, windows_of_each
from opsportal.dashboard.before import Before, drawn_step_ms, total_step_ms
from opsportal.dashboard.charts import GAUGES, REQUESTS, RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.counted import SHORTEST_MS, Counts, Stretch
from opsportal.dashboard.ranges import MINUTE_MS, SECOND_MS, Range
from opsportal.dashboard.routes import Measured, slowest
from opsportal.dashboard.settled import SettledSteps
from opsportal.dashboard.traffic_reading import TrafficPlan, TrafficWindows, series_among

# As /api/health/detailed: long enough to be calm, short enough to be now.
RECENT_MS = 5 * MINUTE_MS
RECENT_STEP_MS = 10 * SECOND_MS

SETTLED = SettledSteps()

TRAFFIC = (RESPONSE_TIME, SERVICE_TIME)
ALL_METRICS = [*GAUGES, REQUESTS, "host_uptime_seconds", *TRAFFIC]


@dataclass(frozen=True, slots=True)
class Windows:
    """`by_metric` step by step, of routes only those that are drawn; `routes` the slowest of all in
    `routes_minutes`; `recent` of the last RECENT_MS of all services. `before`: what
    the range is compared with, and `routes_before` always."""

    recent: list[Window]
    by_metric: Mapping[str, list[Window]]
    routes: Sequence[Measured] = ()
    routes_minutes: float = 1
    before: Mapping[str, list[Window]] = field(default_factory=dict)
    routes_before: Sequence[Window] = ()


def read_windows(
    known: Sequence[LatestPoint], shown: Range, before: Before, service: str, host: str, now_ms: int
) -> Windows:
    """Of the series `known` with their last points. An empty `service` means all of them."""
    # What fell silent before the range began has nothing in it.
    chosen = [p for p in known if p.time_ms >= shown.start_ms]
    own = [p for p in chosen if service in ("", p.series.labels.get("service", ""))]
    now, then = _plans(own, shown, before)
    rates = [p.series for p in own if p.series.metric == REQUESTS]
    vitals = [p.series for p in chosen if _is_vital(p.series, host)]
    rest = [
        WindowRequest(vitals, shown.start_ms, shown.end_ms, shown.step_ms),
        WindowRequest(rates, shown.start_ms, shown.end_ms, shown.traffic_step_ms),
    ]
    wanted = [
        _recently(known, now_ms),
        *now.requests,
        *then.requests,
        *rest,
        *(_earlier(each, shown, before) for each in rest),
    ]
    recent, *read = SETTLED.windows(
        wanted, now_ms, partial(windows_of_each, reached=store.reach_once(now_ms))
    )
    of_now = now.windows(read[:3])
    routes = slowest(of_now.routes)
    of_then = then.windows(read[3:6], {labels for labels, _traffic in routes})
    return Windows(
        recent,
        _by_metric(of_now, *read[6:8]),
        routes,
        max(1, (min(of_now.end_ms, now_ms) - of_now.start_ms) / MINUTE_MS),
        _by_metric(of_then, *read[8:10]) if before.drawn else {},
        of_then.routes,
    )


def _plans(
    points: Iterable[LatestPoint], shown: Range, before: Before
) -> tuple[TrafficPlan, TrafficPlan]:
    series = series_among(points)
    now = Stretch(shown.start_ms, shown.end_ms, shown.traffic_step_ms)
    then = _stretch_before(shown, before)
    moments = now.moments | then.moments
    is_long = shown.end_ms - shown.start_ms >= SHORTEST_MS
    counts = Counts(store.running_totals(moments) if is_long else {})
    return (
        TrafficPlan(series, now, counts),
        TrafficPlan(series, then, counts, drawn=before.drawn),
    )


def _stretch_before(shown: Range, before: Before) -> Stretch:
    """In few steps where it is not drawn."""
    start_ms, end_ms = shown.start_ms - before.shift_ms, shown.end_ms - before.shift_ms
    step_ms = drawn_step_ms(shown.traffic_step_ms, start_ms, shown.end_ms)
    return Stretch(start_ms, end_ms, step_ms if before.drawn else total_step_ms(shown))


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


def _earlier(request: WindowRequest, shown: Range, before: Before) -> WindowRequest:
    start_ms, end_ms = shown.start_ms - before.shift_ms, shown.end_ms - before.shift_ms
    step_ms = drawn_step_ms(request.step_ms, start_ms, shown.end_ms)
    return WindowRequest(request.series if before.drawn else (), start_ms, end_ms, step_ms)


def _by_metric(traffic: TrafficWindows, *others: Iterable[Window]) -> dict[str, list[Window]]:
    windows: dict[str, list[Window]] = {metric: [] for metric in ALL_METRICS}
    windows[SERVICE_TIME] += traffic.service
    windows[RESPONSE_TIME] += traffic.busiest
    for found in others:
        for window in found:
            windows[window.series.metric].append(window)
    return windows
