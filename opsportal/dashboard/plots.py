"""A chart's definition filled with what was read: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.store import Bucket, Window
from opsportal.dashboard.aggregation import AGGREGATIONS, SETTLED_MS, Grid, last, line_values
from opsportal.dashboard.before import drawn_step_ms
from opsportal.dashboard.charts import (
    CHARTS,
    REQUESTS,
    RESPONSE_TIME,
    SERVICE_TIME,
    ChartDefinition,
    LineDefinition,
    Scope,
)
from opsportal.dashboard.folding import MERGED
from opsportal.dashboard.formats import text
from opsportal.dashboard.past import ROUTES, SERVICE, VITALS
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.states import State
from opsportal.dashboard.traffic import grouped

Values = Sequence[float | None]
WindowsByMetric = Mapping[str, list[Window]]


@dataclass(frozen=True, slots=True)
class Line:
    """`before`: the same some weeks before, where that is asked for."""

    label: str
    values: Values
    latest: str
    before: Values = ()


@dataclass(frozen=True, slots=True)
class LimitLine:
    value: float
    label: str
    state: State


@dataclass(frozen=True, slots=True)
class Plot:
    """One value of each line for each step from `start_ms`.

    Without any value, `empty` says why in one sentence and what to do in another; `summary` is
    the chart in words. `stacked`: each line stands on those before it. The steps of
    what was before are moved to now.
    """

    key: str
    title: str
    unit: str
    scope: Scope
    start_ms: int
    step_ms: int
    lines: Sequence[Line]
    limits: Sequence[LimitLine]
    top: float | None
    filled: bool
    empty: str
    summary: str
    stacked: bool = False
    before_start_ms: int = 0
    before_step_ms: int = 0

    @property
    def axis_unit(self) -> str:
        """Shown beside the title; bytes and seconds scale, so each number carries its own."""
        return "" if self.unit in ("B/s", "B", "s") else self.unit


class Merger:
    """Merges windows once, whichever lines ask."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], list[Bucket]] = {}

    def __call__(self, windows: list[Window]) -> list[Bucket]:
        if len(windows) == 1:
            return windows[0].buckets
        key = tuple(map(id, windows))
        if key not in self._known:
            self._known[key] = MERGED(windows)
        return self._known[key]


def plots(reading: Reading, merge: Merger | None = None) -> list[Plot]:
    merge = merge or Merger()
    return [_plot(definition, reading, merge) for definition in CHARTS]


def _plot(definition: ChartDefinition, reading: Reading, merge: Merger) -> Plot:
    shown = reading.range
    step_ms = shown.traffic_step_ms if definition.scope == Scope.SERVICE else shown.step_ms
    grid = Grid.over(shown.start_ms, shown.end_ms, step_ms, reading.now_ms)
    then = _grid_before(reading, step_ms)
    earlier = _before(definition, reading, then, merge)
    lines = [
        Line(label, values, text(last(values), definition.unit), earlier.get(label, ()))
        for line in definition.lines
        for label, values in _with_past(definition, line, reading, grid, merge)
        if any(value is not None for value in values)
    ]
    empty = "" if lines else _why_empty(definition, reading, step_ms)
    return Plot(
        key=definition.key,
        title=definition.title,
        unit=definition.unit,
        scope=definition.scope,
        start_ms=grid.start_ms,
        step_ms=grid.step_ms,
        lines=lines,
        limits=_limits(definition, reading),
        top=definition.top,
        filled=definition.filled,
        empty=empty,
        summary=summary(definition.title, definition.unit, reading.range.label, lines)
        or f"{definition.title}: {empty}",
        before_start_ms=then.start_ms + reading.before.shift_ms,
        before_step_ms=then.step_ms,
    )


def part_of(definition: ChartDefinition) -> str:
    """Which series it draws."""
    if definition.scope is not Scope.SERVICE:
        return VITALS
    return ROUTES if definition.lines[0].metric == RESPONSE_TIME else SERVICE


def _before(
    definition: ChartDefinition, reading: Reading, then: Grid, merge: Merger
) -> dict[str, Values]:
    """By label; nothing where it is not to be drawn."""
    if not reading.before.drawn:
        return {}
    return {
        label: values
        for line in definition.lines
        for label, values in _values(line, reading.windows_before, then, merge)
    }


def _grid_before(reading: Reading, step_ms: int) -> Grid:
    shown, shift_ms = reading.range, reading.before.shift_ms
    start_ms = shown.start_ms - shift_ms
    step_ms = drawn_step_ms(step_ms, start_ms, shown.end_ms)
    return Grid.over(start_ms, shown.end_ms - shift_ms, step_ms, reading.now_ms)


def _with_past(
    chart: ChartDefinition, line: LineDefinition, reading: Reading, grid: Grid, merge: Merger
) -> Iterable[tuple[str, Values]]:
    """As `_values` of all steps, of which only those were read that are not known."""
    part = reading.parts.get(part_of(chart))
    if part is None:
        yield from _values(line, reading.windows, grid, merge)
        return
    rest = grid.after(part.from_ms)
    for label, values in _values(line, reading.windows, rest, merge, part.labels(chart.key)):
        yield label, [*part.values(chart.key, label), *values]


def _values(
    definition: LineDefinition,
    found: WindowsByMetric,
    grid: Grid,
    merge: Merger,
    first: Collection[str] = (),
) -> Iterable[tuple[str, Values]]:
    """The label and the values of each line that the definition makes; where there are too many,
    `first` those that are drawn already."""
    windows = found[definition.metric]
    if not windows:
        return
    traffic = definition.metric in (RESPONSE_TIME, SERVICE_TIME)
    whole = merge(windows) if traffic else []
    watched = merge(found[REQUESTS]) if traffic else []
    for label, group in _groups(definition, windows, first):
        part = merge(group)
        yield label, line_values(part, whole, watched, grid, AGGREGATIONS[definition.aggregation])


def _groups(
    definition: LineDefinition, windows: list[Window], first: Collection[str]
) -> list[tuple[str, list[Window]]]:
    wanted = definition.labels.items()
    chosen = [window for window in windows if wanted <= window.series.labels.items()]
    if not definition.split_by:
        return [(definition.label, chosen)]
    groups = grouped(chosen, definition.split_by)
    ranked = sorted(groups, key=lambda key: (key[0] not in first, -_count(groups[key]), key))
    return [(key[0], groups[key]) for key in sorted(ranked[: definition.split_most])]


def _count(windows: Iterable[Window]) -> int:
    return sum(bucket.count for window in windows for bucket in window.buckets)


def _limits(definition: ChartDefinition, reading: Reading) -> list[LimitLine]:
    limits = reading.limits_of(definition.limit_metric)
    return [
        LimitLine(limit.value, f"limit {text(limit.value, definition.unit)}", limit.state)
        for limit in limits
    ]


def _why_empty(definition: ChartDefinition, reading: Reading, step_ms: int) -> str:
    metrics = {line.metric for line in definition.lines}
    known = any(reading.windows[metric] for metric in metrics) or any(
        reading.latest.get(metric) for metric in metrics
    )
    if known and not reading.range.live:
        return "Nothing was recorded in this range. Choose another one above."
    if any(window.buckets for metric in metrics for window in reading.windows[metric]):
        until = text(min(step_ms, SETTLED_MS) / 1000, "s")
        return f"The first values are being gathered: the line begins when {until} are over."
    if known:
        return f"Nothing was recorded in the last {reading.range.label}. {definition.missing}"
    return f"No data yet. {definition.missing}"


def summary(title: str, unit: str, range_label: str, lines: Sequence[Line]) -> str:
    """The chart in words; none without lines."""
    parts = [_line_summary(line, unit) for line in lines]
    return f"{title}, {range_label}. {'; '.join(parts)}." if parts else ""


def _line_summary(line: Line, unit: str) -> str:
    values = [value for value in line.values if value is not None]
    lowest, highest = text(min(values), unit), text(max(values), unit)
    return f"{line.label}: {line.latest}, between {lowest} and {highest}"
