"""Running totals: what each series of histograms had counted in all by a moment.

The difference of two rows is what was counted between them, however long ago and however much that
was: a table of hundreds of routes over a year costs two rows instead of millions of buckets. Rows
stand at each midnight (UTC), at each hour of the last days, and at every five minutes of the last
hours. They hold nothing that the points do not: one that is recorded for a time before a row
deletes it, and within a minute it is made again.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from monitoring.catalogue import HISTOGRAMS
from monitoring.histogram import Histogram
from monitoring.models import Block, RunningTotal
from monitoring.store.dialect import any_of, lock_writers, waiting_writers_poll
from monitoring.store.packing import pack, unpack
from monitoring.store.points import SeriesRef
from monitoring.store.reading import windows_of
from monitoring.store.resolutions import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    ONE_HOUR,
    ceil_to,
    floor_to,
)
from monitoring.store.series import series_of

# Each hour of a week can be asked for, and of the week that it is compared with.
HOURLY_FOR_MS = 15 * DAY_MS
# The last hour can be asked for to five minutes, and what came since the newest row is little.
FINE_MS, FINE_FOR_MS = 5 * MINUTE_MS, 2 * HOUR_MS
# Most requests of a time are recorded by then; the others delete the row.
SETTLED_AFTER_MS = 2 * MINUTE_MS
# What is older when it is recorded may be of a time that is just being added up without the lock:
# that ends an hour ago at the latest, and clocks differ.
LATE_AFTER_MS = HOUR_MS // 2
# What is read at once, so that memory stays small where years are made anew.
_CHUNK_STEPS = 28


def advance(now_ms: int) -> int:
    """Adds the rows that are missing and deletes those that are not needed any more; returns how
    many it has added."""
    past, recent = advance_past(now_ms), _advance_recent(now_ms)
    if recent:
        _tidy(now_ms)
    return past + recent


def advance_past(now_ms: int) -> int:
    """Only up to the cut of a compaction, which may take long: writers do not wait."""
    cut_ms = floor_to(now_ms - HOUR_MS, HOUR_MS)
    newest = _newest_row()
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
        _tidy(now_ms)
    return added


def _advance_recent(now_ms: int) -> int:
    """What is all in the head, five minutes at a time: so little is read while writers wait that
    nothing can come late meanwhile."""
    until_ms = floor_to(now_ms - SETTLED_AFTER_MS, FINE_MS)
    added = 0
    while _added_recent(now_ms, until_ms):
        added += 1
    return added


def _added_recent(now_ms: int, until_ms: int) -> bool:
    newest = _newest_row()
    if newest is None or newest.time_ms >= until_ms:
        return False
    series = _histogram_series(newest.time_ms)
    started = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        lock_writers(cursor)
        newest = _newest_row()
        # Where something came late meanwhile, what is before the head has to be added up first.
        if newest is None or not now_ms - 2 * HOUR_MS <= newest.time_ms < until_ms:
            return False
        end_ms = min(until_ms, newest.time_ms + FINE_MS)
        rows = _grown(newest, series, (newest.time_ms, end_ms, FINE_MS), now_ms)
        RunningTotal.objects.bulk_create(rows, ignore_conflicts=True)
    if waiting_writers_poll() and end_ms < until_ms:
        time.sleep(time.monotonic() - started)
    return True


def _newest_row() -> RunningTotal | None:
    return RunningTotal.objects.order_by("-time_ms").first()


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
    stretches = (
        (ceil_to(time_ms, HOUR_MS), FINE_MS),
        (ceil_to(time_ms, DAY_MS), HOUR_MS),
        (floor_to(cut_ms - HOURLY_FOR_MS, DAY_MS), DAY_MS),
        (cut_ms, HOUR_MS),
    )
    for until_ms, step_ms in stretches:
        while time_ms < min(until_ms, cut_ms):
            end_ms = min(until_ms, cut_ms, time_ms + _CHUNK_STEPS * step_ms)
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


def _histogram_series(since_ms: int = 0) -> list[SeriesRef]:
    """Those that have a point of that time or later."""
    return [point.series for point in series_of(HISTOGRAMS) if point.time_ms >= since_ms]


def _tidy(now_ms: int) -> None:
    oldest = Block.objects.filter(resolution_ms=ONE_HOUR.ms).order_by("start_ms").first()
    if oldest is not None:
        RunningTotal.objects.filter(time_ms__lt=oldest.start_ms).delete()
    daily_until_ms = floor_to(now_ms - HOURLY_FOR_MS, DAY_MS)
    hourly_until_ms = floor_to(now_ms - FINE_FOR_MS, HOUR_MS)
    past = RunningTotal.objects.filter(time_ms__lt=hourly_until_ms)
    RunningTotal.objects.filter(
        time_ms__in=[
            each
            for each in past.values_list("time_ms", flat=True)
            if each % (DAY_MS if each < daily_until_ms else HOUR_MS)
        ]
    ).delete()


def forget_after(cursor: CursorWrapper, time_ms: int, now_ms: int) -> None:
    """Requests of `time_ms` were recorded: what was summed up later is not true any more. If they
    came late the newest row goes, too, so that a sum that is just being made finds out."""
    cursor.execute(
        "DELETE FROM monitoring_runningtotal WHERE time_ms > %s"
        " OR %s AND time_ms = (SELECT MAX(time_ms) FROM monitoring_runningtotal)",
        [time_ms, time_ms < now_ms - LATE_AFTER_MS],
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
