"""What a board's charts need: three queries, however many lines and series there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitoring import store
from monitoring.catalogue import METRICS, Kind
from monitoring.store import LatestPoint, Window, WindowRequest, windows_of_each
from opsportal.boards.models import Line
from opsportal.dashboard.charts import REQUESTS
from opsportal.dashboard.ranges import Range
from opsportal.dashboard.settled import SettledSteps

SETTLED = SettledSteps()


@dataclass(frozen=True, slots=True)
class BoardReading:
    """By metric, of the series that any line asks for; `watched` says when services were measured.
    Charts of requests have longer steps, `is_traffic`."""

    now_ms: int
    range: Range
    short: Mapping[str, Sequence[Window]]
    long: Mapping[str, Sequence[Window]]

    def windows(self, metric: str, *, is_traffic: bool) -> Sequence[Window]:
        return (self.long if is_traffic else self.short).get(metric, ())


def is_traffic(lines: Iterable[Line]) -> bool:
    """Whether a chart of these lines has the steps of requests."""
    return any(METRICS[each.metric].kind is Kind.HISTOGRAM for each in lines)


def read_board(charts: Iterable[Sequence[Line]], shown: Range, now_ms: int) -> BoardReading:
    of_short: set[str] = set()
    of_long = {REQUESTS}
    wanted = [line for chart in charts for line in chart]
    for chart in charts:
        (of_long if is_traffic(chart) else of_short).update(line.metric for line in chart)
    known = [
        point
        for point in store.latest_of(sorted(of_short | of_long))
        if point.time_ms >= shown.start_ms and _is_wanted(point, wanted)
    ]
    requests = [
        WindowRequest([p.series for p in known if p.series.metric in metrics], *_span(shown, step))
        for metrics, step in ((of_short, shown.step_ms), (of_long, shown.traffic_step_ms))
    ]
    short, long = SETTLED.windows(
        requests, now_ms, partial(windows_of_each, reached=store.reach_once(now_ms))
    )
    return BoardReading(now_ms, shown, _by_metric(short), _by_metric(long))


def matches(line: Line, labels: Mapping[str, str]) -> bool:
    """A share is one of all requests, so that its status class is not asked for."""
    asked = {
        name: value
        for name, value in line.labels.items()
        if line.aggregation != "share" or name != "status_class"
    }
    return asked.items() <= labels.items()


def _is_wanted(point: LatestPoint, lines: Iterable[Line]) -> bool:
    series = point.series
    return series.metric == REQUESTS or any(
        line.metric == series.metric and matches(line, series.labels) for line in lines
    )


def _span(shown: Range, step_ms: int) -> tuple[int, int, int]:
    return shown.start_ms, shown.end_ms, step_ms


def _by_metric(windows: Iterable[Window]) -> dict[str, list[Window]]:
    found: dict[str, list[Window]] = {}
    for window in windows:
        found.setdefault(window.series.metric, []).append(window)
    return found
