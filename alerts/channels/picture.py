"""A small chart as PNG: the values of the last hour and the limit. Pure."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

_WIDTH, _HEIGHT, _MARGIN = 560, 120, 8
_PAPER, _INK, _LIMIT = "#f7f8fa", "#4a5260", "#cf3434"
_DASH = 6

Point = tuple[float, float]


def picture(values: Sequence[float], limit: float | None, colour: str) -> bytes:
    """Empty where there is nothing to draw. It brings its paper, so that it can be read in the
    dark as well."""
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return b""
    # Four megabytes, which only portals that send e-mail need.
    from PIL import Image, ImageDraw

    bound = [limit] if limit is not None and math.isfinite(limit) else []
    low, high = min(known + bound), max(known + bound)
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    points = _points(known, low, high)
    draw.polygon([*points, (points[-1][0], _HEIGHT), (points[0][0], _HEIGHT)], fill="#e4e8ee")
    draw.line(points, fill=colour, width=2, joint="curve")
    for value in bound:
        y = _y(value, low, high)
        for x in range(_MARGIN, _WIDTH - _MARGIN, 2 * _DASH):
            draw.line([(x, y), (x + _DASH, y)], fill=_LIMIT, width=1)
    draw.text((_MARGIN, 2), f"{high:.4g}", fill=_INK)
    draw.text((_MARGIN, _HEIGHT - 14), f"{low:.4g}", fill=_INK)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _points(values: Sequence[float], low: float, high: float) -> list[Point]:
    step = (_WIDTH - 2 * _MARGIN) / (len(values) - 1)
    return [(_MARGIN + number * step, _y(each, low, high)) for number, each in enumerate(values)]


def _y(value: float, low: float, high: float) -> float:
    # Halves first: the difference of two huge numbers is infinite.
    span = high / 2 - low / 2
    share = (value / 2 - low / 2) / span if span else 0.5
    return _HEIGHT - _MARGIN - share * (_HEIGHT - 2 * _MARGIN)
