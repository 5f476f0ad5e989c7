"""Lines as SVG path data, drawn on the server so that the page needs no script to be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Values = Sequence[float | None]

# A sensor that reports every minute or two makes a line, not dots.
BRIDGED_MS = 150_000


def thinned(values: Values, most: int) -> list[float | None]:
    """At most `most` values: the highest of each stretch, so that no peak is lost."""
    stretch = max(1, -(-len(values) // most))
    pieces = (values[start : start + stretch] for start in range(0, len(values), stretch))
    return [max((v for v in piece if v is not None), default=None) for piece in pieces]


def line_path(values: Values, top: float, width: int, height: int, bridged: int = 3) -> str:
    """`values` evenly spread over `width`, 0 at the bottom and `top` at the top of `height`.

    The line is broken where more than `bridged` values in a row are missing; a value between two
    breaks is a dot (with round line caps).
    """
    last_index = max(1, len(values) - 1)
    parts: list[str] = []
    previous = None
    for index, value in _known(values):
        x = round(index * width / last_index, 1)
        y = round(height - height * min(max(value, 0), top) / (top or 1), 1)
        joined = previous is not None and index - previous <= bridged + 1
        parts.append(f"L{x:g} {y:g}" if joined else f"M{x:g} {y:g}h0")
        previous = index
    return "".join(parts)


def sparkline(values: Values, width: int = 120, height: int = 24) -> str:
    """From the lowest to the highest value, with room so that a flat line is not an alarm."""
    shown = thinned(values, 60)
    known = [value for _, value in _known(shown)]
    if not known:
        return ""
    low, high = min(known), max(known)
    room = max((high - low) * 0.1, abs(high) * 0.05, 1e-9)
    floor = low - room
    lifted = [None if value is None else value - floor for value in shown]
    return line_path(lifted, high + room - floor, width, height)


def _known(values: Values) -> Iterator[tuple[int, float]]:
    return ((index, value) for index, value in enumerate(values) if value is not None)
