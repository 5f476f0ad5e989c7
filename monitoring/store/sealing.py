"""Puts points of one series into its blocks: the raw day, and the rollups recomputed from it.

Runs under the writers' lock, in the transaction that takes the points out of wherever they were.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from monitoring.store.blocks import decode, encode
from monitoring.store.dialect import BlockRow, upsert_blocks
from monitoring.store.resolutions import RAW, ROLLUPS, Resolution, ceil_to, floor_to
from monitoring.store.samples import Samples, aggregate, merged


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much a series' histograms counted more; one that replaces another, the difference."""

    count: int = 0
    sum: float = 0.0

    def __add__(self, other: Growth) -> Growth:
        return Growth(self.count + other.count, self.sum + other.sum)


def seal(cursor: CursorWrapper, series_id: int, samples: Samples) -> Growth:
    """`samples` may lie in any number of days."""
    growth = Growth()
    day = floor_to(samples.times[0], RAW.period_ms)
    while day <= samples.times[-1]:
        part = samples.between(day, day + RAW.period_ms)
        if part:
            growth += _seal_day(cursor, series_id, day, part)
        day += RAW.period_ms
    return growth


def _seal_day(cursor: CursorWrapper, series_id: int, day_ms: int, part: Samples) -> Growth:
    """The blocks of all resolutions that span the day: a day lies in one period of each."""
    starts = {each: floor_to(day_ms, each.period_ms) for each in (RAW, *ROLLUPS)}
    old = _load(cursor, series_id, starts)
    raw = merged(old[RAW], part) if RAW in old else part
    rows = [_row(series_id, RAW, day_ms, raw)]
    for resolution in ROLLUPS:
        fresh = _rolled_up(raw, part, resolution)
        whole = merged(old[resolution], fresh) if resolution in old else fresh
        rows.append(_row(series_id, resolution, starts[resolution], whole))
    upsert_blocks(cursor, rows)
    return _growth(old.get(RAW), part)


def _growth(old: Samples | None, part: Samples) -> Growth:
    if part.buckets is None:
        return Growth()
    times = set(part.times)
    rows = [row for row, time in enumerate(old.times) if time in times] if old else []
    count = sum(part.counts) - sum(old.counts[row] for row in rows) if old else sum(part.counts)
    total = sum(part.sums) - sum(old.sums[row] for row in rows) if old else sum(part.sums)
    return Growth(count, total)


def _rolled_up(raw: Samples, changed: Samples, resolution: Resolution) -> Samples:
    """The rollups of every step that a changed point lies in."""
    start = floor_to(changed.times[0], resolution.ms)
    end = ceil_to(changed.times[-1] + 1, resolution.ms)
    return Samples.of_buckets(aggregate(raw, start, end, resolution.ms))


def _load(
    cursor: CursorWrapper, series_id: int, starts: dict[Resolution, int]
) -> dict[Resolution, Samples]:
    places = " OR ".join("(resolution_ms = %s AND start_ms = %s)" for _ in starts)
    parameters = [number for each, start in starts.items() for number in (each.ms, start)]
    cursor.execute(
        "SELECT resolution_ms, data FROM monitoring_block"  # noqa: S608 (placeholders only)
        f" WHERE series_id = %s AND ({places})",
        [series_id, *parameters],
    )
    found = dict(cursor.fetchall())
    return {each: decode(bytes(found[each.ms])) for each in starts if each.ms in found}


def _row(series_id: int, resolution: Resolution, start_ms: int, samples: Samples) -> BlockRow:
    data = encode(samples, raw=resolution is RAW)
    return series_id, resolution.ms, start_ms, len(samples), data
