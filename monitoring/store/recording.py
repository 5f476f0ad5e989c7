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
from monitoring.store.resolutions import DAY_MS, RAW
from monitoring.store.retention import reach
from monitoring.store.running import forget_after
from monitoring.store.sealing import Growth, seal
from monitoring.store.series import WritableSeries, create_series, max_series, writable_series
from monitoring.store.validation import ValidPoint, validate

Batch = dict[tuple[int, int], ValidPoint]
"""By series id and time: of two points of the same series and time, the later one stays."""


def record(
    points: Sequence[Point], *, now_ms: int | None = None, is_urgent: bool = True
) -> RecordResult:
    """Records what is valid and says why the rest is not. Only database errors are raised. What is
    not urgent waits for the next look at all thresholds, 10 s: from a process that is no worker,
    telling of it takes a broker's client, 7 MB."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    valid, rejected = validate(points, now_ms, _oldest_ms(points, now_ms))
    if valid:
        # Within a caller's transaction a failure is the whole one's: a savepoint would be two
        # statements for nothing.
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            lock_writers(cursor)
            refused = _write(cursor, valid, now_ms, is_urgent)
        rejected = sorted(rejected + refused, key=lambda each: each.index)
    return RecordResult(len(points) - len(rejected), rejected)


def _oldest_ms(points: Sequence[Point], now_ms: int) -> int:
    """Before it nothing is recorded. A day is always kept: newer points need no look at retention,
    which would take as long as writing them."""
    day_ago_ms = now_ms - DAY_MS
    if all(type(each.time_ms) is int and each.time_ms >= day_ago_ms for each in points):
        return day_ago_ms
    return reach(now_ms)[RAW.ms]


def _write(
    cursor: CursorWrapper, valid: Sequence[ValidPoint], now_ms: int, is_urgent: bool
) -> list[Rejection]:
    """Runs under the writers' lock, so that what it reads of series stays true."""
    series = writable_series(cursor, {point.key for point in valid})
    missing = [point for point in valid if point.key not in series]
    refused: list[Rejection] = []
    if missing:
        series |= create_series(missing)
        refused = [_no_room(point) for point in missing if point.key not in series]
    batch = {(row.id, point.time_ms): point for point in valid if (row := series.get(point.key))}
    if batch:
        _write_batch(cursor, batch, {row.id: row for row in series.values()})
        counted = [point.time_ms for point in batch.values() if point.histogram is not None]
        if counted:
            forget_after(cursor, min(counted), now_ms)
        if is_urgent:
            touched = {series_id for series_id, _time in batch}
            transaction.on_commit(lambda: announce(touched))
    return refused


def _no_room(point: ValidPoint) -> Rejection:
    metric = point.point.metric
    return Rejection(point.place, f"{metric} already has {max_series(metric)} series, the limit")


def _write_batch(cursor: CursorWrapper, batch: Batch, series: dict[int, WritableSeries]) -> None:
    head, late, replacing = _split(batch, series)
    growth = histogram_growth(cursor, head)
    write_head(cursor, head, replacing=replacing)
    for series_id, points in late.items():
        growth[series_id] = growth.get(series_id, Growth()) + seal(
            cursor, series_id, samples_of(points)
        )
    latest = _latest_rows(batch, series, growth)
    if latest:
        update_latest(cursor, latest)


def _split(
    batch: Batch, series: dict[int, WritableSeries]
) -> tuple[list[HeadPoint], dict[int, list[HeadPoint]], bool]:
    """Points for the head; by series those whose time is sealed already; and whether any of the
    head's may replace a row, which none can that is newer than its series' last point."""
    head: list[HeadPoint] = []
    late: dict[int, list[HeadPoint]] = {}
    replacing = False
    for (series_id, time_ms), point in batch.items():
        row = series[series_id]
        new = (series_id, time_ms, point.value, point.histogram)
        if time_ms >= row.sealed_until_ms:
            head.append(new)
            replacing = replacing or time_ms <= row.last_time_ms
        else:
            late.setdefault(series_id, []).append(new)
    return head, late, replacing


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
    nothing = Growth()
    rows = []
    for series_id in changed:
        row, grown = series[series_id], growth.get(series_id, nothing)
        rows.append((row.last_time_ms, row.last_value, grown.count, grown.sum, series_id))
    return rows


def announce(series_ids: set[int]) -> None:
    # Robust: what listens must not turn recorded points into an error of the recorder.
    points_recorded.send_robust(sender=Series, series_ids=series_ids)
