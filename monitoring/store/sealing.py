"""Puts points of one series into its blocks: the raw day, and the rollups recomputed from it.

Runs under the writers' lock, in the transaction that takes the points out of wherever they were.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from monitoring.store.blocks import decode, encode
from monitoring.store.dialect import BlockRow, upsert_blocks
from monitoring.store.resolutions import ALL as RESOLUTIONS
from monitoring.store.resolutions import RAW, ROLLUPS, Resolution, ceil_to, floor_to
from monitoring.store.samples import Samples, aggregate, merged

Place = tuple[Resolution, int]
"""A block's resolution and start_ms."""
Blocks = dict[Place, Samples]


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much a series' histograms counted more; one that replaces another, the difference."""

    count: int = 0
    sum: float = 0.0

    def __add__(self, other: Growth) -> Growth:
        return Growth(self.count + other.count, self.sum + other.sum)


def seal(cursor: CursorWrapper, series_id: int, samples: Samples) -> Growth:
    """`samples` may lie in any number of days. Each block is written once: what PostgreSQL
    overwrites takes its space until the next vacuum."""
    old = _load(cursor, series_id, samples.times[0], samples.times[-1])
    blocks = dict(old)
    growth = Growth()
    for day in range(
        floor_to(samples.times[0], RAW.period_ms), samples.times[-1] + 1, RAW.period_ms
    ):
        part = samples.between(day, day + RAW.period_ms)
        if part:
            growth += _growth(old.get((RAW, day)), part)
            _merge_day(blocks, day, part)
    changed = [
        _row(series_id, place, each) for place, each in blocks.items() if each is not old.get(place)
    ]
    upsert_blocks(cursor, changed)
    return growth


def _merge_day(blocks: Blocks, day_ms: int, part: Samples) -> None:
    """A day lies in one period of each resolution."""
    raw = _merge_block(blocks, (RAW, day_ms), part)
    for resolution in ROLLUPS:
        place = (resolution, floor_to(day_ms, resolution.period_ms))
        _merge_block(blocks, place, _rolled_up(raw, part, resolution))


def _merge_block(blocks: Blocks, place: Place, new: Samples) -> Samples:
    blocks[place] = merged(blocks[place], new) if place in blocks else new
    return blocks[place]


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


def _load(cursor: CursorWrapper, series_id: int, first_ms: int, last_ms: int) -> Blocks:
    """The blocks of all resolutions that have any of the time from first to last."""
    condition = "(resolution_ms = %s AND start_ms BETWEEN %s AND %s)"
    parameters = [
        number
        for each in RESOLUTIONS
        for number in (each.ms, floor_to(first_ms, each.period_ms), last_ms)
    ]
    cursor.execute(
        "SELECT resolution_ms, start_ms, data FROM monitoring_block"  # noqa: S608
        f" WHERE series_id = %s AND ({' OR '.join([condition] * len(RESOLUTIONS))})",
        [series_id, *parameters],
    )
    by_ms = {each.ms: each for each in RESOLUTIONS}
    return {(by_ms[ms], start): decode(bytes(data)) for ms, start, data in cursor.fetchall()}


def _row(series_id: int, place: Place, samples: Samples) -> BlockRow:
    resolution, start_ms = place
    data = encode(samples, raw=resolution is RAW)
    return series_id, resolution.ms, start_ms, len(samples), data
