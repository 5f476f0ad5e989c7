"""compact: seals what has left the head, and deletes what is past its retention.

Every transaction takes points of a few series out of the head and puts them into blocks: killed at
any moment, all of it has happened or nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from monitoring.models import Point, Series
from monitoring.store.dialect import any_of, lock_writers, waiting_writers_poll
from monitoring.store.head import read_head, samples_of
from monitoring.store.resolutions import HOUR_MS, floor_to
from monitoring.store.retention import delete_expired
from monitoring.store.running import advance_past
from monitoring.store.sealing import seal

# Writers wait while one batch is sealed: about a tenth of a second.
BATCH_SERIES = 10


@dataclass(frozen=True, slots=True)
class CompactionReport:
    """`duration_seconds` includes the pauses that let other writers in."""

    sealed_points: int
    sealed_series: int
    expired_blocks: int
    duration_seconds: float


def compact(*, now_ms: int | None = None) -> CompactionReport:
    """Seals what is older than the last full hour but one: the head keeps one to two hours."""
    started = time.monotonic()
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    cut = floor_to(now_ms - HOUR_MS, HOUR_MS)
    waiting = _series_with_points_before(cut)
    points = 0
    for first in range(0, len(waiting), BATCH_SERIES):
        points += _seal_batch(waiting[first : first + BATCH_SERIES], cut)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        expired = delete_expired(now_ms)
    advance_past(now_ms)
    return CompactionReport(points, len(waiting), expired, time.monotonic() - started)


def _series_with_points_before(time_ms: int) -> list[int]:
    rows = Point.objects.filter(time_ms__lt=time_ms).values_list("series_id", flat=True)
    return sorted(rows.distinct())


def _seal_batch(series_ids: Sequence[int], cut_ms: int) -> int:
    """Returns the number of points; what another process has sealed meanwhile is not there."""
    started = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        head = read_head(cursor, series_ids, cut_ms)
        for series_id, points in head.items():
            seal(cursor, series_id, samples_of(points))
        condition, parameter = any_of("series_id", list(head))
        cursor.execute(
            f"DELETE FROM monitoring_point WHERE {condition} AND time_ms < %s",  # noqa: S608
            [parameter, cut_ms],
        )
        moved = Series.objects.filter(pk__in=list(head), sealed_until_ms__lt=cut_ms)
        moved.update(sealed_until_ms=cut_ms)
    if waiting_writers_poll():
        # Without a pause as long as the work, a writer that polls might never find the lock free.
        time.sleep(time.monotonic() - started)
    return sum(map(len, head.values()))
