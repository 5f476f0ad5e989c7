"""Finds series, by key for writers and by selector for readers, and creates the missing ones."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from monitoring.models import Series
from monitoring.store.dialect import any_of
from monitoring.store.points import Selector, SeriesRef
from monitoring.store.validation import ValidPoint

# Beyond it new series are refused: a label of unbounded values must not fill the disk.
MAX_SERIES_PER_METRIC = 100_000
MAX_SERIES = {"http_response_time_ms": 5_000}


@dataclass(slots=True)
class WritableSeries:
    """A series as it stands under the writers' lock."""

    id: int
    sealed_until_ms: int
    last_time_ms: int
    last_value: float


def writable_series(cursor: CursorWrapper, keys: Collection[str]) -> dict[str, WritableSeries]:
    """By key; the keys of series that do not exist yet are absent."""
    condition, parameter = any_of("key", keys)
    cursor.execute(
        "SELECT key, id, sealed_until_ms, last_time_ms, last_value"
        f" FROM monitoring_series WHERE {condition}",  # noqa: S608 (a constant)
        [parameter],
    )
    return {key: WritableSeries(*rest) for key, *rest in cursor.fetchall()}


def create_series(points: Iterable[ValidPoint]) -> tuple[dict[str, WritableSeries], set[str]]:
    """Creates one series for each key, and returns them with the keys that find no room."""
    first_by_key = {point.key: point.point for point in reversed(list(points))}
    room = {point.metric: _room(point.metric) for point in first_by_key.values()}
    rows, refused = [], set()
    for key, point in first_by_key.items():
        if room[point.metric] > 0:
            room[point.metric] -= 1
            rows.append(Series(metric=point.metric, labels=dict(point.labels), key=key))
        else:
            refused.add(key)
    created = Series.objects.bulk_create(rows, batch_size=500)
    return {row.key: WritableSeries(row.pk, 0, 0, 0.0) for row in created}, refused


def max_series(metric: str) -> int:
    return MAX_SERIES.get(metric, MAX_SERIES_PER_METRIC)


def _room(metric: str) -> int:
    return max_series(metric) - Series.objects.filter(metric=metric).count()


def matching_rows(selector: Selector, columns: Sequence[str] = ()) -> list[tuple[SeriesRef, ...]]:
    """A series that the selector matches, followed by the columns asked for; oldest first."""
    more = "".join(f", {column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, CAST(labels AS text){more}"  # noqa: S608 (our own column names)
            " FROM monitoring_series WHERE metric = %s ORDER BY id",
            [selector.metric],
        )
        rows = cursor.fetchall()
    wanted = selector.labels.items()
    found = []
    for series_id, text, *rest in rows:
        labels = json.loads(text)
        if wanted <= labels.items():
            found.append((SeriesRef(series_id, selector.metric, labels), *rest))
    return found
