"""The heat map of response times: how many requests took how long, step by step. Pure.

A percentile hides that there are two kinds of requests; here both show. Cells are SVG path data,
one path for each shade, so that the server's picture and the refreshed one are the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, pairwise

from monitoring.histogram import BUCKETS_PER_DOUBLING
from monitoring.store import Bucket
from opsportal.dashboard.aggregation import Grid, last, rounded
from opsportal.dashboard.formats import NARROW_SPACE, number, text
from opsportal.dashboard.heat_columns import COLUMNS, Column
from opsportal.dashboard.past import Counts
from opsportal.dashboard.plots import Line

SHADES = 5
MOST_COLUMNS = 90
MOST_ROWS = 24
TABLE_ROWS = 24
# Labels stand at the ends and the quarters of the axis.
_QUARTERS = 4
_MISSING = "Requests appear within 20 seconds of being answered: open a page of the service."


@dataclass(frozen=True, slots=True)
class Heat:
    """`counts` of each column from `start_ms`, the fastest band first; `bands` are their labels,
    `ticks` those of the axis from its top. `lines` holds the band that most requests were in."""

    start_ms: int
    step_ms: int
    bands: Sequence[str] = ()
    ticks: Sequence[str] = ()
    counts: Sequence[Sequence[int]] = ()
    shades: Sequence[str] = ("",) * SHADES
    lines: Sequence[Line] = ()
    empty: str = ""
    summary: str = ""
    key: str = "heat"
    title: str = "Response times"
    unit: str = "ms"

    @property
    def rows(self) -> list[tuple[datetime, Sequence[int]]]:
        """The newest first: start and counts of the columns that have any, for the table."""
        rows = [
            (datetime.fromtimestamp((self.start_ms + place * self.step_ms) / 1000, UTC), column)
            for place, column in enumerate(self.counts)
            if any(column)
        ]
        return rows[::-1][:TABLE_ROWS]


def heat(steps: Mapping[int, Counts], grid: Grid, range_label: str, missing: str = "") -> Heat:
    """From the requests of a service by step and bucket; `missing` says why there are none."""
    together = -(-grid.count // MOST_COLUMNS)
    step_ms = grid.step_ms * together
    parts: list[list[Counts]] = [[] for _ in range(-(-grid.count // together))]
    for time_ms, counts in steps.items():
        place = (time_ms - grid.start_ms) // step_ms
        if counts and 0 <= place < len(parts):
            parts[place].append(counts)
    columns = [COLUMNS.of(each) for each in parts]
    indexes = set(chain.from_iterable(each.counts for each in columns))
    if not indexes:
        empty = missing or f"No requests in this range. {_MISSING}"
        return Heat(grid.start_ms, step_ms, empty=empty, summary=f"Response times: {empty}")
    return _drawn(columns, min(indexes), max(indexes), (grid.start_ms, step_ms), range_label)


def counts_of(buckets: Iterable[Bucket]) -> dict[int, Counts]:
    """What `heat` is made from."""
    return {each.time_ms: each.histogram.buckets for each in buckets if each.histogram is not None}


def _drawn(
    columns: Sequence[Column],
    lowest: int,
    highest: int,
    steps: tuple[int, int],
    range_label: str,
) -> Heat:
    width = _band_width(lowest, highest)
    first = lowest // width * width
    rows = -(-(highest + 1 - first) // width)
    rows += -rows % _QUARTERS
    edges = [2.0 ** ((first + row * width) / BUCKETS_PER_DOUBLING) for row in range(rows + 1)]
    counts = [each.in_bands((first, width, rows)) for each in columns]
    most = [_most(each, edges) for each in counts]
    ticks = [
        NARROW_SPACE.join(_edge(edges[rows * each // _QUARTERS]))
        for each in range(_QUARTERS, -1, -1)
    ]
    bands = [_band(low, high) for low, high in pairwise(edges)]
    return Heat(
        start_ms=steps[0],
        step_ms=steps[1],
        bands=bands,
        ticks=ticks,
        counts=counts,
        shades=_shades(counts),
        lines=[Line("most requests", most, text(last(most), "ms"))],
        summary=_summary(counts, bands, range_label),
    )


def _edge(edge_ms: float) -> tuple[str, str]:
    """In seconds from one on: the axis has room for few digits."""
    return (number(edge_ms / 1000), "s") if edge_ms >= 1000 else (number(edge_ms), "ms")


def _band(low_ms: float, high_ms: float) -> str:
    """The unit once where both have it, such as "32 to 64 ms"."""
    (low, low_unit), high = _edge(low_ms), _edge(high_ms)
    parts = [low] if low_unit == high[1] else [low, low_unit]
    return f"{NARROW_SPACE.join(parts)} to {NARROW_SPACE.join(high)}"


def _band_width(lowest: int, highest: int) -> int:
    """How many buckets a band has: the fewest that leave no more than MOST_ROWS."""
    width = 2
    while -(-(highest + 1 - lowest // width * width) // width) > MOST_ROWS:
        width *= 2
    return width


def _most(counts: Sequence[int], edges: Sequence[float]) -> float | None:
    """The middle of the band that most were in."""
    most = max(counts)
    if not most:
        return None
    row = counts.index(most)
    return rounded(math.sqrt(edges[row] * edges[row + 1]))


def _shades(counts: Sequence[Sequence[int]]) -> list[str]:
    """In a box as wide as there are columns and as high as there are rows. By the root: one slow
    request among thousands of fast ones must still be seen."""
    top = max(map(max, counts))
    paths: list[list[str]] = [[] for _ in range(SHADES)]
    for x, column in enumerate(counts):
        for y, count in enumerate(reversed(column)):
            if count:
                shade = min(SHADES - 1, int(SHADES * math.sqrt(count / top)))
                paths[shade].append(f"M{x} {y}h1v1h-1z")
    return ["".join(path) for path in paths]


def _summary(counts: Sequence[Sequence[int]], bands: Sequence[str], range_label: str) -> str:
    totals = [*map(sum, zip(*counts, strict=True))]
    whole = sum(totals)
    row = max(range(len(bands)), key=totals.__getitem__)
    used = [each for each, count in enumerate(totals) if count]
    slowest = used[-1]
    return (
        f"Response times, {range_label}. Most requests, {100 * totals[row] / whole:.0f}"
        f"\N{NARROW NO-BREAK SPACE}%, took {bands[row]}; the slowest {totals[slowest]} took"
        f" {bands[slowest]}."
    )
