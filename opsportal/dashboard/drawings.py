"""Charts as the template draws them: SVG and a table, for readers without script. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from opsportal.dashboard.formats import text
from opsportal.dashboard.marks import Mark
from opsportal.dashboard.plots import Plot
from opsportal.dashboard.svg import BRIDGED_MS, Values, line_path, thinned

WIDTH, HEIGHT = 600, 160
DRAWN_POINTS = 120
TABLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class Row:
    time: datetime
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """In a box of WIDTH by HEIGHT: `paths` are the lines, `before` those of some weeks before,
    `limits` the heights of the limits and `marks` the places of the marks."""

    plot: Plot
    paths: Sequence[str]
    before: Sequence[str]
    limits: Sequence[float]
    marks: Sequence[tuple[float, Mark]]
    top: str
    start: datetime
    end: datetime
    rows: Sequence[Row]


def draw(plot: Plot, marks: Sequence[Mark] = ()) -> Drawing:
    top = axis_top(plot)
    length_ms = max(1, plot.step_ms * _steps(plot))
    return Drawing(
        plot=plot,
        paths=[_path(values, plot.step_ms, top) for values in heights(plot)],
        before=[_path(line.before, plot.step_ms, top) for line in plot.lines if line.before],
        limits=[
            round(HEIGHT - HEIGHT * limit.value / top, 1)
            for limit in plot.limits
            if limit.value <= top
        ],
        marks=[
            (round(WIDTH * (mark.time_ms - plot.start_ms) / length_ms, 1), mark) for mark in marks
        ],
        top=text(top, plot.unit),
        start=_moment(plot.start_ms),
        end=_moment(plot.start_ms + length_ms),
        rows=table_rows(plot),
    )


def axis_top(plot: Plot) -> float:
    """Fixed, or a little above the highest value; up to a limit that is near, or is of a share."""
    if plot.top is not None:
        return plot.top
    drawn = [*heights(plot), *(line.before for line in plot.lines)]
    highest = max((v for values in drawn for v in values if v is not None), default=0)
    near = [limit.value for limit in plot.limits if plot.unit == "%" or limit.value <= 2 * highest]
    return max([highest, *near, 0.001]) * 1.1


def heights(plot: Plot) -> list[Values]:
    """At which each line is drawn; in a stack on top of those before it."""
    lines = [line.values for line in plot.lines]
    return [*accumulate(lines, _on_top)] if plot.stacked else lines


def _on_top(below: Values, values: Values) -> Values:
    pairs = zip(below, values, strict=True)
    return [None if b is None and v is None else (b or 0) + (v or 0) for b, v in pairs]


def table_rows(plot: Plot) -> list[Row]:
    """The newest first, at most TABLE_ROWS of them, evenly spread."""
    steps = _steps(plot)
    stride = max(1, -(-steps // TABLE_ROWS))
    indexes = [
        index
        for index in range(steps - 1, -1, -stride)
        if any(line.values[index] is not None for line in plot.lines)
    ]
    return [_row(plot, index) for index in indexes]


def _row(plot: Plot, index: int) -> Row:
    time = _moment(plot.start_ms + index * plot.step_ms)
    return Row(time, [text(line.values[index], plot.unit) for line in plot.lines])


def _path(values: Values, step_ms: int, top: float) -> str:
    bridged = max(2, BRIDGED_MS // step_ms // 3)
    return line_path(thinned(values, DRAWN_POINTS), top, WIDTH, HEIGHT, bridged=bridged)


def _steps(plot: Plot) -> int:
    return max((len(line.values) for line in plot.lines), default=0)


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
