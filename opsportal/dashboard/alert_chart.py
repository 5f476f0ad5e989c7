"""What was measured around an alert, as an SVG: the values, the limit, and when it fired. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.store import Bucket
from opsportal.dashboard.svg import line_path, thinned

WIDTH, HEIGHT = 120, 24
# Some room, so that a flat line is not an alarm.
_ROOM_SHARE, _LEAST_SHARE = 0.1, 0.05
_POINTS = 120


@dataclass(frozen=True, slots=True)
class Drawing:
    """`limit` is its height, None where it is no value of the metric; `fired` is from where to how
    far across."""

    path: str
    limit: float | None
    fired: tuple[float, float]


def drawn(
    buckets: Sequence[Bucket], limit: float | None, fired_ms: int, ended_ms: int | None
) -> Drawing:
    """`buckets`, at least two, are evenly spread; `ended_ms` None while it fires."""
    start_ms, end_ms = buckets[0].time_ms, buckets[-1].time_ms
    values = [each.mean for each in buckets]
    known = values if limit is None else [*values, limit]
    low, high = min(known), max(known)
    room = max((high - low) * _ROOM_SHARE, abs(high) * _LEAST_SHARE, 1e-9)
    floor, span = low - room, high - low + 2 * room

    def x(time_ms: int) -> float:
        share = (time_ms - start_ms) / (end_ms - start_ms)
        return round(WIDTH * min(1.0, max(0.0, share)), 1)

    lifted = [value - floor for value in thinned(values, _POINTS) if value is not None]
    begun = x(fired_ms)
    return Drawing(
        line_path(lifted, span, WIDTH, HEIGHT),
        None if limit is None else round(HEIGHT * (1 - (limit - floor) / span), 1),
        (begun, max(0.5, x(ended_ms or end_ms) - begun)),
    )
