"""Points of series that are recorded to again and again: finding each of them anew, and proving its
labels valid anew, takes longer than writing its point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from monitoring.store.dialect import ValueRow, insert_values, lock_writers, update_newer
from monitoring.store.points import Point
from monitoring.store.recording import announce, record
from monitoring.store.resolutions import DAY_MS
from monitoring.store.series import exact_series
from monitoring.store.validation import MAX_FUTURE_MS, MAX_MAGNITUDE


class KnownSeries:
    """Keep it as long as there is something to record. Of a metric that is no histogram."""

    __slots__ = ("id", "labels", "metric")

    def __init__(self, metric: str, labels: Mapping[str, str]) -> None:
        self.metric, self.labels = metric, labels
        # 0 until its first point is recorded. No id is used twice, so an old one finds nothing.
        self.id = 0


KnownPoint = tuple[KnownSeries, int, float]
"""series, time_ms, value"""


def record_known(points: Sequence[KnownPoint], *, now_ms: int) -> None:
    """As `record` does. Only database errors are raised."""
    rows = [(series.id, time_ms, value) for series, time_ms, value in points if series.id]
    other = [point for point in points if not point[0].id] if len(rows) < len(points) else []
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        lock_writers(cursor)
        if rows and not (_are_sound(rows, now_ms) and _written(cursor, rows)):
            # What was written of them is written again.
            other = list(points)
        if other:
            record([_plain(point) for point in other], now_ms=now_ms)
            _learn([series for series, _time_ms, _value in other])


def _plain(point: KnownPoint) -> Point:
    series, time_ms, value = point
    return Point(series.metric, series.labels, time_ms, value)


def _are_sound(rows: Sequence[ValueRow], now_ms: int) -> bool:
    ids, times, values = zip(*rows, strict=True)
    return (
        now_ms - DAY_MS <= min(times)
        and max(times) <= now_ms + MAX_FUTURE_MS
        # A sum with anything in it that is no number is none.
        and math.isfinite(sum(values))
        and min(values) >= -MAX_MAGNITUDE
        and max(values) <= MAX_MAGNITUDE
        and len(set(ids)) == len(ids)
    )


def _written(cursor: CursorWrapper, rows: Sequence[ValueRow]) -> bool:
    """False where not all of them are newer than the last point of a series that is there."""
    if update_newer(cursor, rows) < len(rows):
        return False
    insert_values(cursor, rows)
    touched = {row[0] for row in rows}
    transaction.on_commit(lambda: announce(touched))
    return True


def _learn(known: Sequence[KnownSeries]) -> None:
    # PostgreSQL gives labels back in an order of its own.
    found = {
        (metric, frozenset(labels.items())): series_id
        for (series_id, metric, labels), *_ in exact_series(
            (each.metric, each.labels) for each in known
        )
    }
    for each in known:
        each.id = found.get((each.metric, frozenset(each.labels.items())), 0)
