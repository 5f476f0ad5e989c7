"""Finds series, by key for writers and by selector for readers, and creates the missing ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import orjson
from django.db import connection
from django.db.backends.utils import CursorWrapper

from monitoring.models import Series, SeriesLabel
from monitoring.store.dialect import any_of
from monitoring.store.identity import series_key
from monitoring.store.points import LatestPoint, Point, Selector, SeriesRef
from monitoring.store.validation import ValidPoint

# Beyond it new series are refused: a label of unbounded values must not fill the disk.
MAX_SERIES_PER_METRIC = 100_000
MAX_SERIES = {"http_response_time_ms": 5_000, "http_service_response_time_ms": 5_000}


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
        "SELECT key, id, sealed_until_ms, last_time_ms, last_value"  # noqa: S608
        f" FROM monitoring_series WHERE {condition}",
        [parameter],
    )
    return {key: WritableSeries(*rest) for key, *rest in cursor.fetchall()}


def create_series(points: Iterable[ValidPoint]) -> dict[str, WritableSeries]:
    """Creates one series for each key; the keys that find no room are absent."""
    first_by_key: dict[str, Point] = {}
    for each in points:
        first_by_key.setdefault(each.key, each.point)
    room = {metric: _room(metric) for metric in {each.metric for each in first_by_key.values()}}
    rows = []
    for key, first in first_by_key.items():
        room[first.metric] -= 1
        if room[first.metric] >= 0:
            rows.append(Series(metric=first.metric, labels=dict(first.labels), key=key))
    created = Series.objects.bulk_create(rows, batch_size=500)
    labels = (
        SeriesLabel(metric=row.metric, name=name, value=value, series=row)
        for row in created
        for name, value in row.labels.items()
    )
    SeriesLabel.objects.bulk_create(labels, batch_size=500)
    return {row.key: WritableSeries(row.pk, 0, 0, 0.0) for row in created}


def max_series(metric: str) -> int:
    return MAX_SERIES.get(metric, MAX_SERIES_PER_METRIC)


def _room(metric: str) -> int:
    return max_series(metric) - Series.objects.filter(metric=metric).count()


def matching_series(selector: Selector) -> list[LatestPoint]:
    """The series that the selector matches, each with its last point; oldest series first. The
    others of the metric cost nothing unless it has no labels."""
    if not selector.labels:
        return series_of([selector.metric])
    having = (
        "SELECT series_id FROM monitoring_serieslabel"
        " WHERE metric = %s AND name = %s AND value = %s"
    )
    ids = " INTERSECT ".join([having] * len(selector.labels))
    labels = [(selector.metric, *label) for label in selector.labels.items()]
    return _series(f"id IN ({ids})", list(chain.from_iterable(labels)))


def exact_series(wanted: Iterable[tuple[str, Mapping[str, str]]]) -> list[LatestPoint]:
    """The series of just these metrics and labels; those that do not exist are absent. However
    many others the metrics have, they cost nothing."""
    keys = [series_key(metric, tuple(labels.items())) for metric, labels in wanted]
    return _series_any("key", keys)


def series_by_id(ids: Collection[int]) -> list[LatestPoint]:
    """The series of these numbers, each with its last point; those that do not exist are absent."""
    return _series_any("id", ids)


def series_of(metrics: Collection[str]) -> list[LatestPoint]:
    """All series of the metrics, each with its last point; oldest series first."""
    return _series_any("metric", metrics)


def _series_any(column: str, values: Collection[str] | Collection[int]) -> list[LatestPoint]:
    condition, parameter = any_of(column, values)
    return _series(condition, [parameter])


def _series(condition: str, parameters: list[Any]) -> list[LatestPoint]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, metric, CAST(labels AS text), last_time_ms, last_value"  # noqa: S608
            f" FROM monitoring_series WHERE {condition} ORDER BY id",
            parameters,
        )
        rows = cursor.fetchall()
    # One document is parsed in half the time of a thousand.
    all_labels: list[dict[str, str]] = orjson.loads(f"[{','.join(row[2] for row in rows)}]")
    return [
        LatestPoint(SeriesRef(series_id, metric, labels), time_ms, value)
        for (series_id, metric, _text, time_ms, value), labels in zip(rows, all_labels, strict=True)
    ]
