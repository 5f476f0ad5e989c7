"""A day of a check as a strip of 90 cells: the worst status in each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from monitoring.availability import Span, worst_of_cells

CELLS = 90
_CELL_WIDTH = 2
_HEIGHT = 14
# The worse the higher, so that a strip is read without seeing colours as well.
_TOPS = {"up": 5, "degraded": 2, "down": 0, "unknown": 11}
VIEW_BOX = f"0 0 {CELLS * _CELL_WIDTH} {_HEIGHT}"
DRAWN = ("up", "degraded", "down", "unknown")


def strip_paths(spans: Sequence[Span], start_ms: int, end_ms: int) -> dict[str, str]:
    """SVG path data for each of DRAWN, in a box of VIEW_BOX. Neighbouring cells of a status are one
    rectangle, which stands on the ground; the gaps between cells are the style's."""
    paths = dict.fromkeys(DRAWN, "")
    cells = enumerate(worst_of_cells(spans, start_ms, end_ms, CELLS))
    for status, group in groupby(cells, key=lambda cell: cell[1]):
        numbers = [number for number, _ in group]
        if status is not None:
            width, top = len(numbers) * _CELL_WIDTH, _TOPS[status]
            height = _HEIGHT - top
            paths[status] += f"M{numbers[0] * _CELL_WIDTH} {top}h{width}v{height}h-{width}z"
    return paths
