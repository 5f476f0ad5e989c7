"""record: a batch of points into the head, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from monitoring.models import Series
from monitoring.signals import points_recorded
from monitoring.store.dialect import LatestRow, lock_writers, update_latest
from monitoring.store.head import HeadPoint, histogram_growth, samples_of, write_head
from monitoring.store.points import Point, RecordResult, Rejection
from monitoring.store.resolutions import RAW
from monitoring.store.retention import keep_days, oldest_kept_ms
from monitoring.store.sealing import Growth, seal
from monitoring.store.series import WritableSeries, create_series, max_series, writable_series
from monitoring.store.validation import ValidPoint, validate

Batch = dict[tuple[int, int], ValidPoint]
"""By series id and time: of two points of the same series and time, the later one stays."""


def record(points: Sequence[Point], *, now_ms: int | None = None) -> RecordResult:
    """Records what is valid and says why the rest is not. Only database errors are raised."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    valid, rejected = validate(points, now_ms, oldest_kept_ms(RAW, keep_days(), now_ms))
    if valid:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_writers(cursor)
            refused = _write(cursor, valid)
        rejected = sorted(rejected + refused, key=lambda each: each.index)
    return RecordResult(len(points) - len(rejected), rejected)


def _write(cursor: CursorWrapper, valid: Sequence[ValidPoint]) -> list[Rejection]:
    """Runs under the writers' lock, so that what it reads of series stays true."""
    series = writable_series(cursor, {point.key for point in valid})
    missing = [point for point in valid if point.key not in series]
    refused: set[str] = set()
    if missing:
        created, refused = create_series(missing)
        series |= created
    batch = {
        (series[point.key].id, point.point.time_ms): point
        for point in valid
        if point.key not in refused
    }
    _write_batch(cursor, batch, {each.id: each for each in series.values()})
    return [_refusal(point) for point in missing if point.key in refused]


def _refusal(point: ValidPoint) -> Rejection:
    metric = point.point.metric
    return Rejection(point.index, f"{metric} already has {max_series(metric)} series, the limit")


def _write_batch(cursor: CursorWrapper, batch: Batch, series: dict[int, WritableSeries]) -> None:
    head, late = _split(batch, series)
    growth = histogram_growth(cursor, head)
    write_head(cursor, head)
    for series_id, points in late.items():
        grown = seal(cursor, series_id, samples_of(points))
        growth[series_id] = growth.get(series_id, Growth()) + grown
    latest = _latest_rows(batch, series, growth)
    if latest:
        update_latest(cursor, latest)
    touched = {series_id for series_id, _time in batch}
    transaction.on_commit(lambda: _announce(touched))


def _split(
    batch: Batch, series: dict[int, WritableSeries]
) -> tuple[list[HeadPoint], dict[int, list[HeadPoint]]]:
    """Points for the head; and by series those whose time is sealed already."""
    head: list[HeadPoint] = []
    late: dict[int, list[HeadPoint]] = {}
    for (series_id, time_ms), point in batch.items():
        new = (series_id, time_ms, point.value, point.histogram)
        if time_ms >= series[series_id].sealed_until_ms:
            head.append(new)
        else:
            late.setdefault(series_id, []).append(new)
    return head, late


def _latest_rows(
    batch: Batch, series: dict[int, WritableSeries], growth: dict[int, Growth]
) -> list[LatestRow]:
    """Only of series that have a newer last point or a histogram that counted more."""
    changed = set(growth)
    for (series_id, time_ms), point in batch.items():
        row = series[series_id]
        if time_ms >= row.last_time_ms:
            row.last_time_ms, row.last_value = time_ms, point.value
            changed.add(series_id)
    rows = []
    for series_id in changed:
        row, grown = series[series_id], growth.get(series_id, Growth())
        rows.append((row.last_time_ms, row.last_value, grown.count, grown.sum, series_id))
    return rows


def _announce(series_ids: set[int]) -> None:
    # Robust: what listens must not turn recorded points into an error of the recorder.
    points_recorded.send_robust(sender=Series, series_ids=series_ids)
