"""Running totals: what each series of histograms had counted in all by a moment.

The difference of two rows is what was counted between them, however long ago and however much that
was: a table of hundreds of routes over a year costs two rows instead of millions of buckets. Rows
stand at each midnight (UTC), and at each hour of the last days. They hold nothing that the blocks
do not: late points delete the rows after them, and the next compaction makes these again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from monitoring.catalogue import METRICS, Kind
from monitoring.histogram import Histogram
from monitoring.models import Block, RunningTotal
from monitoring.store.dialect import any_of, lock_writers
from monitoring.store.packing import pack, unpack
from monitoring.store.points import SeriesRef
from monitoring.store.reading import windows_of
from monitoring.store.resolutions import DAY_MS, HOUR_MS, ONE_HOUR, ceil_to, floor_to
from monitoring.store.series import series_of

# Each hour of a week can be asked for, and of the week that it is compared with.
HOURLY_FOR_MS = 15 * DAY_MS
# What is read at once, so that memory stays small where years are made anew.
_CHUNK_STEPS = 28


def advance(now_ms: int, cut_ms: int) -> int:
    """Adds the rows that are missing up to `cut_ms`, before which everything is sealed, and deletes
    those that are not needed any more; returns how many it has added."""
    newest = RunningTotal.objects.order_by("-time_ms").first()
    cut_ms = floor_to(cut_ms, HOUR_MS)
    if newest is not None and newest.time_ms >= cut_ms:
        return 0
    series = _histogram_series()
    newest = newest or _first_row(series, now_ms)
    if newest is None:
        return 0
    added = 0
    for span in _spans(newest.time_ms, cut_ms):
        rows = _grown(newest, series, span, now_ms)
        if not _kept(newest, rows):
            break
        newest, added = rows[-1], added + len(rows)
    if added:
        _tidy(cut_ms)
    return added


def _first_row(series: list[SeriesRef], now_ms: int) -> RunningTotal | None:
    """An empty one, before the day of the first request that is still known of."""
    blocks = Block.objects.filter(
        series_id__in=[each.id for each in series], resolution_ms=ONE_HOUR.ms
    )
    first = blocks.order_by("start_ms").first()
    if first is None:
        return None
    end_ms = first.start_ms + ONE_HOUR.period_ms
    found = windows_of(series, first.start_ms, end_ms, DAY_MS, now_ms=now_ms)
    time_ms = min(bucket.time_ms for window in found for bucket in window.buckets)
    return RunningTotal.objects.get_or_create(time_ms=time_ms, defaults={"data": pack({})})[0]


def _spans(time_ms: int, cut_ms: int) -> Iterator[tuple[int, int, int]]:
    """Start, end and step: by day where hours are not kept any more, else by hour."""
    days_until_ms = floor_to(cut_ms - HOURLY_FOR_MS, DAY_MS)
    midnight_ms = min(ceil_to(time_ms, DAY_MS), cut_ms)
    for until_ms, step_ms in ((midnight_ms, HOUR_MS), (days_until_ms, DAY_MS), (cut_ms, HOUR_MS)):
        while time_ms < until_ms:
            end_ms = min(until_ms, time_ms + _CHUNK_STEPS * step_ms)
            yield time_ms, end_ms, step_ms
            time_ms = end_ms


def _grown(
    base: RunningTotal, series: list[SeriesRef], span: tuple[int, int, int], now_ms: int
) -> list[RunningTotal]:
    start_ms, end_ms, step_ms = span
    totals = unpack(bytes(base.data))
    steps: dict[int, list[tuple[int, Histogram]]] = {}
    for window in windows_of(series, start_ms, end_ms, step_ms, now_ms=now_ms):
        for bucket in window.buckets:
            if bucket.histogram is not None:
                steps.setdefault(bucket.time_ms, []).append((window.series.id, bucket.histogram))
    rows = []
    for time_ms in range(start_ms, end_ms, step_ms):
        for series_id, histogram in steps.get(time_ms, ()):
            totals.setdefault(series_id, Histogram()).merge(histogram)
        rows.append(RunningTotal(time_ms=time_ms + step_ms, data=pack(totals)))
    return rows


def _kept(base: RunningTotal, rows: list[RunningTotal]) -> bool:
    """False where something was recorded late meanwhile: then the base is gone, and what was
    summed up may lack it."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        if not RunningTotal.objects.filter(pk=base.pk).exists():
            return False
        RunningTotal.objects.bulk_create(rows, ignore_conflicts=True)
    return True


def _histogram_series() -> list[SeriesRef]:
    metrics = [name for name, metric in METRICS.items() if metric.kind is Kind.HISTOGRAM]
    return [point.series for point in series_of(metrics)]


def _tidy(cut_ms: int) -> None:
    oldest = Block.objects.filter(resolution_ms=ONE_HOUR.ms).order_by("start_ms").first()
    if oldest is not None:
        RunningTotal.objects.filter(time_ms__lt=oldest.start_ms).delete()
    hourly_ms = floor_to(cut_ms - HOURLY_FOR_MS, DAY_MS)
    past = RunningTotal.objects.filter(time_ms__lt=hourly_ms)
    hours = [time for time in past.values_list("time_ms", flat=True) if time % DAY_MS]
    RunningTotal.objects.filter(time_ms__in=hours).delete()


def forget_after(cursor: CursorWrapper, time_ms: int) -> None:
    """Something was recorded at `time_ms`: what was summed up later is not true any more. The
    newest row always goes, so that a sum that is just being made finds out."""
    cursor.execute(
        "DELETE FROM monitoring_runningtotal WHERE time_ms > %s"
        " OR time_ms = (SELECT MAX(time_ms) FROM monitoring_runningtotal)",
        [time_ms],
    )


def running_totals(times_ms: Collection[int]) -> dict[int, bytes]:
    """The rows that there are of these times, and the newest, still packed. One query."""
    condition, parameter = any_of("time_ms", times_ms)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT time_ms, data FROM monitoring_runningtotal"  # noqa: S608
            f" WHERE {condition}"
            " OR time_ms = (SELECT MAX(time_ms) FROM monitoring_runningtotal)",
            [parameter],
        )
        return {time_ms: bytes(data) for time_ms, data in cursor.fetchall()}
