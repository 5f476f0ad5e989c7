"""Sparse base-2 exponential histograms, after OpenTelemetry's data model at scale 3.

Bucket i holds the values in (2^(i/8), 2^((i+1)/8)]. Every bucket's middle is within 4.4 % of any
value inside, and buckets of equal index mean the same everywhere, so histograms merge exactly over
time, routes and processes; percentiles are read from the merged buckets and never averaged.

Pure and free of Django, so that `monitoring.middleware` works in projects that are not the portal.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from operator import sub
from typing import Any

SCALE = 3
BUCKETS_PER_DOUBLING: int = 2**SCALE
# Values from 2^-30 (a billionth) to 2^50 keep their bucket; what lies outside joins the last one.
LOWEST_INDEX = -30 * BUCKETS_PER_DOUBLING
HIGHEST_INDEX = 50 * BUCKETS_PER_DOUBLING
_HEADER = struct.Struct("<QQdddH")


def bucket_index(value: float) -> int:
    """The bucket of a positive, finite value."""
    index = math.ceil(math.log2(value) * BUCKETS_PER_DOUBLING) - 1
    return min(max(index, LOWEST_INDEX), HIGHEST_INDEX)


@cache
def bucket_middle(index: int) -> float:
    """The value whose relative distance to both of the bucket's ends is the same."""
    lower, upper = (
        2.0 ** (index / BUCKETS_PER_DOUBLING),
        2.0 ** ((index + 1) / BUCKETS_PER_DOUBLING),
    )
    return float(2 * lower * upper / (lower + upper))


@dataclass(slots=True)
class Histogram:
    """Counts of values per bucket, with the exact count, sum, minimum and maximum beside them.

    `zero_count` counts values of zero or below, which have no logarithm. An empty histogram has
    a minimum of +inf and a maximum of -inf.
    """

    count: int = 0
    sum: float = 0.0
    min: float = math.inf
    max: float = -math.inf
    zero_count: int = 0
    buckets: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[float]) -> Histogram:
        histogram = cls()
        for value in values:
            histogram.add(value)
        return histogram

    def add(self, value: float) -> None:
        self.count += 1
        self.sum += value
        self.min = min(self.min, value)
        self.max = max(self.max, value)
        if value <= 0:
            self.zero_count += 1
            return
        index = bucket_index(value)
        self.buckets[index] = self.buckets.get(index, 0) + 1

    def copy(self) -> Histogram:
        buckets = self.buckets.copy()
        return Histogram(self.count, self.sum, self.min, self.max, self.zero_count, buckets)

    def merge(self, other: Histogram) -> None:
        self.count += other.count
        self.sum += other.sum
        self.min = min(self.min, other.min)
        self.max = max(self.max, other.max)
        self.zero_count += other.zero_count
        if not self.buckets:
            self.buckets = other.buckets.copy()
            return
        buckets = self.buckets
        for index, count in other.buckets.items():
            if index in buckets:
                buckets[index] += count
            else:
                buckets[index] = count

    def count_up_to(self, value: float) -> int:
        """How many values are at most so high, to the width of a bucket."""
        highest = bucket_index(value) if value > 0 else None
        below = (n for index, n in self.buckets.items() if highest is not None and index <= highest)
        return self.zero_count + sum(below)

    @property
    def mean(self) -> float | None:
        return self.sum / self.count if self.count else None

    def percentile(self, percent: float) -> float | None:
        """The value below which `percent` (0 to 100) of the values lie; None when empty."""
        if not self.count:
            return None
        remaining = max(1, math.ceil(self.count * percent / 100)) - self.zero_count
        if remaining <= 0:
            return min(self.max, max(self.min, 0.0))
        for index in sorted(self.buckets):
            remaining -= self.buckets[index]
            if remaining <= 0:
                return min(self.max, max(self.min, bucket_middle(index)))
        return self.max

    def to_bytes(self) -> bytes:
        """Little-endian: count, zero count, sum, min, max, n, n indexes (int16), n counts."""
        indexes = sorted(self.buckets)
        counts = [self.buckets[index] for index in indexes]
        header = _HEADER.pack(
            self.count, self.zero_count, self.sum, self.min, self.max, len(indexes)
        )
        return header + struct.pack(f"<{len(indexes)}h{len(indexes)}Q", *indexes, *counts)

    @classmethod
    def from_bytes(cls, data: bytes | memoryview) -> Histogram:
        """Raises struct.error for bytes that `to_bytes` did not make."""
        read, middle = _reader(len(data))
        fields = read(data)
        count, zero_count, total, low, high, _ = fields[:_FIELDS]
        buckets = dict(zip(fields[_FIELDS:middle], fields[middle:], strict=True))
        return cls(count, total, low, high, zero_count, buckets)


def sum_of(packed: Sequence[bytes]) -> Histogram:
    """What `to_bytes` made of each, at least one, as one: in half the time of making each and
    merging them. Raises struct.error for bytes that it did not make."""
    first = Histogram.from_bytes(packed[0])
    count, zero_count, total = first.count, first.zero_count, first.sum
    low, high, buckets = first.min, first.max, first.buckets
    for data in packed[1:]:
        read, middle = _reader(len(data))
        fields = read(data)
        count += fields[0]
        zero_count += fields[1]
        total += fields[2]
        # Not min() and max(): this is the innermost loop of a page.
        low = fields[3] if fields[3] < low else low
        high = fields[4] if fields[4] > high else high
        for index, number in zip(fields[_FIELDS:middle], fields[middle:], strict=True):
            if index in buckets:
                buckets[index] += number
            else:
                buckets[index] = number
    return Histogram(count, total, low, high, zero_count, buckets)


def grown(later: bytes | memoryview, earlier: bytes | memoryview) -> Histogram:
    """What came between two totals, of `to_bytes`; empty where the later counts no more. The least
    and the greatest value are known to the width of a bucket."""
    (read, middle), (read_before, middle_before) = _reader(len(later)), _reader(len(earlier))
    now, before = read(later), read_before(earlier)
    if now[0] <= before[0]:
        return Histogram()
    indexes, counts = now[_FIELDS:middle], now[middle:]
    # In the long run all buckets that there will be are there already.
    if indexes == before[_FIELDS:middle_before]:
        differences = map(sub, counts, before[middle_before:])
    else:
        known = dict(zip(before[_FIELDS:middle_before], before[middle_before:], strict=True))
        differences = map(sub, counts, map(known.get, indexes, repeat(0)))
    buckets = {index: each for index, each in zip(indexes, differences, strict=True) if each}
    zeros = now[1] - before[1]
    low = 0.0 if zeros or not buckets else _edge(min(buckets))
    high = _edge(max(buckets) + 1) if buckets else 0.0
    return Histogram(now[0] - before[0], now[2] - before[2], low, high, zeros, buckets)


def _edge(index: int) -> float:
    return float(2.0 ** (index / BUCKETS_PER_DOUBLING))


_FIELDS = 6
_BUCKET = struct.Struct("<hQ")


@cache
def _reader(size_bytes: int) -> tuple[Callable[[bytes | memoryview], tuple[Any, ...]], int]:
    """What unpacks that many bytes, and where the counts begin in what it makes of them. There are
    as many sizes as a histogram can have buckets."""
    count, rest = divmod(size_bytes - _HEADER.size, _BUCKET.size)
    if rest or not 0 <= count <= HIGHEST_INDEX - LOWEST_INDEX + 1:
        raise struct.error(f"{size_bytes} bytes are no histogram")
    return struct.Struct(f"{_HEADER.format}{count}h{count}Q").unpack, _FIELDS + count
