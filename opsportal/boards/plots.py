"""A board's lines filled with what was read: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitoring.catalogue import METRICS
from monitoring.store import Window
from opsportal.boards.models import Line
from opsportal.boards.reading import BoardReading, is_traffic, matches
from opsportal.dashboard.aggregation import AGGREGATIONS, Grid, last, line_values
from opsportal.dashboard.charts import REQUESTS, RESPONSE_TIME, SERVICE_TIME, Scope
from opsportal.dashboard.formats import text
from opsportal.dashboard.limits import Limits
from opsportal.dashboard.plots import LimitLine, Merger, Plot, Values, summary
from opsportal.dashboard.plots import Line as DrawnLine
from opsportal.dashboard.traffic import grouped

# As many as there are colours; the busiest of a split, and the first of all.
MOST_LINES = 5
_UNITS = {"rate": "/min", "share": "%"}
_PERCENT_TOP = 100.0


def charts_of(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """Titles in the order of their first lines."""
    by_title: dict[str, list[Line]] = {}
    for line in lines:
        by_title.setdefault(line.title, []).append(line)
    return list(by_title.items())


def plots(
    charts: Sequence[tuple[str, Sequence[Line]]], reading: BoardReading, limits: Limits
) -> list[Plot]:
    merge = Merger()
    return [
        _plot(f"chart-{place}", title, lines, reading, limits, merge)
        for place, (title, lines) in enumerate(charts, start=1)
    ]


def _plot(
    key: str,
    title: str,
    lines: Sequence[Line],
    reading: BoardReading,
    limits: Limits,
    merge: Merger,
) -> Plot:
    shown = reading.range
    of_traffic = is_traffic(lines)
    step_ms = shown.traffic_step_ms if of_traffic else shown.step_ms
    grid = Grid.over(shown.start_ms, shown.end_ms, step_ms, reading.now_ms)
    unit = unit_of(lines[0])
    drawn = [
        DrawnLine(label, values, text(last(values), unit))
        for line in lines
        if unit_of(line) == unit
        for label, values in _values(line, reading, of_traffic, grid, merge)
        if any(value is not None for value in values)
    ][:MOST_LINES]
    empty = "" if drawn else _why_empty(lines)
    return Plot(
        key=key,
        title=title,
        unit=unit,
        scope=Scope.SERVICE if of_traffic else Scope.HOST,
        start_ms=grid.start_ms,
        step_ms=grid.step_ms,
        lines=drawn,
        limits=[
            LimitLine(each.value, f"limit {text(each.value, unit)}", each.state)
            for each in limits.get(_limit_metric(lines[0]), ())
        ],
        top=_PERCENT_TOP if lines[0].metric.endswith("_percent") and unit == "%" else None,
        filled=len(drawn) == 1 and lines[0].aggregation == "rate",
        empty=empty,
        summary=summary(title, unit, shown.label, drawn) or f"{title}: {empty}",
    )


def unit_of(line: Line) -> str:
    return _UNITS.get(line.aggregation, METRICS[line.metric].unit)


def _values(
    line: Line, reading: BoardReading, of_traffic: bool, grid: Grid, merge: Merger
) -> Iterable[tuple[str, Values]]:
    found = reading.windows(line.metric, is_traffic=of_traffic)
    whole = [each for each in found if matches(line, each.series.labels)]
    chosen = [each for each in whole if line.labels.items() <= each.series.labels.items()]
    if not whole:
        return
    services = {each.series.labels.get("service") for each in whole}
    watched = [
        each
        for each in reading.windows(REQUESTS, is_traffic=True)
        if each.series.labels.get("service") in services
    ]
    for label, group in _groups(line, chosen):
        yield (
            label,
            line_values(
                merge(group), merge(whole), merge(watched), grid, AGGREGATIONS[line.aggregation]
            ),
        )


def _groups(line: Line, windows: list[Window]) -> list[tuple[str, list[Window]]]:
    """Of a split those that have most points."""
    if not line.split_by:
        return [(line.label or METRICS[line.metric].label, windows)]
    groups = grouped(windows, line.split_by)
    counts = {key: sum(b.count for w in group for b in w.buckets) for key, group in groups.items()}
    most = sorted(groups, key=lambda key: (-counts[key], key))[:MOST_LINES]
    return [(f"{line.label} {key[0]}".strip() or "(none)", groups[key]) for key in sorted(most)]


def _limit_metric(line: Line) -> str:
    """Whose limits are drawn: those of a share or a rate are of another metric, or of none."""
    if line.aggregation == "rate":
        return ""
    if line.aggregation == "share":
        return "http_error_rate_percent" if line.labels.get("status_class") == "5xx" else ""
    return RESPONSE_TIME if line.metric == SERVICE_TIME else line.metric


def _why_empty(lines: Sequence[Line]) -> str:
    metrics = ", ".join(sorted({f"“{METRICS[each.metric].label}”" for each in lines}))
    return f"Nothing of {metrics} was recorded in this range with the labels of this chart."
