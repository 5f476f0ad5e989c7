"""Rows of one series as columns: raw points, or rollups of them, in one shape.

A raw value is a rollup of one point: its sum, minimum and maximum are the value. So blocks, head
rows and coarser resolutions join and aggregate by the same few functions, on slices of lists.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import add

from monitoring.histogram import Histogram
from monitoring.store.points import Bucket


@dataclass(slots=True)
class BucketColumns:
    """The histograms of the rows, one after the other: row i has `sizes[i]` buckets."""

    sizes: list[int]
    zero_counts: list[int]
    indexes: list[int]
    counts: list[int]

    def __add__(self, other: BucketColumns) -> BucketColumns:
        return BucketColumns(
            self.sizes + other.sizes,
            self.zero_counts + other.zero_counts,
            self.indexes + other.indexes,
            self.counts + other.counts,
        )

    def offsets(self) -> list[int]:
        return list(accumulate(self.sizes, initial=0))

    def take(self, rows: Sequence[int]) -> BucketColumns:
        offsets = self.offsets()
        taken = BucketColumns([], [], [], [])
        for row in rows:
            start, stop = offsets[row], offsets[row + 1]
            taken.sizes.append(stop - start)
            taken.zero_counts.append(self.zero_counts[row])
            taken.indexes += self.indexes[start:stop]
            taken.counts += self.counts[start:stop]
        return taken


@dataclass(slots=True)
class Samples:
    """Columns of equal length, oldest first, no time twice. `buckets` is None for a gauge."""

    times: list[int]
    counts: list[int]
    sums: list[float]
    mins: list[float]
    maxs: list[float]
    buckets: BucketColumns | None = None

    @classmethod
    def of_values(cls, times: list[int], values: list[float]) -> Samples:
        return cls(times, [1] * len(times), values, values, values)

    @classmethod
    def of_histograms(cls, times: list[int], histograms: Sequence[Histogram]) -> Samples:
        columns = BucketColumns(
            [len(each.buckets) for each in histograms],
            [each.zero_count for each in histograms],
            [index for each in histograms for index in sorted(each.buckets)],
            [each.buckets[index] for each in histograms for index in sorted(each.buckets)],
        )
        return cls(
            times,
            [each.count for each in histograms],
            [each.sum for each in histograms],
            [each.min for each in histograms],
            [each.max for each in histograms],
            columns,
        )

    @classmethod
    def of_buckets(cls, buckets: Sequence[Bucket]) -> Samples:
        times = [each.time_ms for each in buckets]
        histograms = [each.histogram for each in buckets if each.histogram is not None]
        if histograms:
            return cls.of_histograms(times, histograms)
        return cls(
            times,
            [each.count for each in buckets],
            [each.sum for each in buckets],
            [each.min for each in buckets],
            [each.max for each in buckets],
        )

    def __len__(self) -> int:
        return len(self.times)

    def __add__(self, other: Samples) -> Samples:
        both = self.buckets + other.buckets if self.buckets and other.buckets else None
        return Samples(
            self.times + other.times,
            self.counts + other.counts,
            self.sums + other.sums,
            self.mins + other.mins,
            self.maxs + other.maxs,
            both,
        )

    def take(self, rows: Sequence[int]) -> Samples:
        return Samples(
            [self.times[row] for row in rows],
            [self.counts[row] for row in rows],
            [self.sums[row] for row in rows],
            [self.mins[row] for row in rows],
            [self.maxs[row] for row in rows],
            self.buckets.take(rows) if self.buckets else None,
        )

    def between(self, start_ms: int, end_ms: int) -> Samples:
        return self.take(range(bisect_left(self.times, start_ms), bisect_left(self.times, end_ms)))


def joined(parts: Sequence[Samples]) -> Samples:
    """Parts that follow each other in time; at least one."""
    return reduce(add, parts)


def merged(old: Samples, new: Samples) -> Samples:
    """Both in order of time; where both have a row of the same time, the new one stays."""
    whole = old + new
    if not old or not new or old.times[-1] < new.times[0]:
        return whole
    row_by_time = dict(zip(whole.times, range(len(whole)), strict=True))
    return whole.take([row_by_time[time] for time in sorted(row_by_time)])


def aggregate(
    samples: Samples, start_ms: int, end_ms: int, step_ms: int, origin_ms: int = 0
) -> list[Bucket]:
    """Buckets of the steps from `start_ms` (included) to `end_ms` (not) that have rows. Steps count
    from `origin_ms`."""
    times = samples.times
    row, stop = bisect_left(times, start_ms), bisect_left(times, end_ms)
    offsets = samples.buckets.offsets() if samples.buckets else []
    result = []
    while row < stop:
        time = times[row] - (times[row] - origin_ms) % step_ms
        following = bisect_left(times, time + step_ms, row, stop)
        result.append(_bucket(samples, offsets, row, following, time))
        row = following
    return result


def _bucket(samples: Samples, offsets: list[int], start: int, stop: int, time_ms: int) -> Bucket:
    counts, sums, mins, maxs = samples.counts, samples.sums, samples.mins, samples.maxs
    if stop - start == 1:
        bucket = Bucket(time_ms, counts[start], sums[start], mins[start], maxs[start])
    else:
        rows = slice(start, stop)
        bucket = Bucket(
            time_ms, sum(counts[rows]), sum(sums[rows]), min(mins[rows]), max(maxs[rows])
        )
    if samples.buckets:
        edges = offsets[start], offsets[start + 1], offsets[stop]
        zero_count = sum(samples.buckets.zero_counts[start:stop])
        counts_of = _added_up(samples.buckets, edges)
        bucket.histogram = Histogram(
            bucket.count, bucket.sum, bucket.min, bucket.max, zero_count, counts_of
        )
    return bucket


def _added_up(columns: BucketColumns, edges: tuple[int, int, int]) -> dict[int, int]:
    """By index, of rows whose first ends in the middle of `edges`: that one's indexes differ, so it
    is taken whole, in a tenth of the time of counting it."""
    start, middle, stop = edges
    counts = dict(zip(columns.indexes[start:middle], columns.counts[start:middle], strict=True))
    others = zip(columns.indexes[middle:stop], columns.counts[middle:stop], strict=True)
    for index, count in others:
        if index in counts:
            counts[index] += count
        else:
            counts[index] = count
    return counts
