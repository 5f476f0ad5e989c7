"""Many histograms as the bytes of one row, and the difference of two of them: pure."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate
from operator import sub

import zstandard

from monitoring.histogram import BUCKETS_PER_DOUBLING, Histogram

Totals = Mapping[int, Histogram]
"""By series id."""

_COUNT = struct.Struct("<I")
# Ten thousand series of fifty buckets take 5 MB.
_MAX_SIZE_BYTES = 256 * 1024 * 1024


def pack(totals: Totals) -> bytes:
    """The number of series, their ids, the lengths of their histograms, these; compressed."""
    blobs = [each.to_bytes() for each in totals.values()]
    count = len(blobs)
    head = struct.pack(f"<I{count}q{count}I", count, *totals, *map(len, blobs))
    return zstandard.compress(head + b"".join(blobs), 1)


def unpack(data: bytes, wanted: Collection[int] | None = None) -> dict[int, Histogram]:
    """Of all series, or of those that are wanted."""
    return Packed(data).unpack(wanted)


class Packed:
    """A row as it is stored: decompressed once, and of its hundreds of histograms only those are
    made that are wanted."""

    __slots__ = ("_ends", "_places", "_view")

    def __init__(self, data: bytes) -> None:
        plain = zstandard.decompress(data, max_output_size=_MAX_SIZE_BYTES)
        (count,) = _COUNT.unpack_from(plain)
        numbers = struct.unpack_from(f"<{count}q{count}I", plain, _COUNT.size)
        self._ends = list(accumulate(numbers[count:], initial=_COUNT.size + 12 * count))
        self._places = dict(zip(numbers[:count], range(count), strict=True))
        # No copy of all that follows for each of them.
        self._view = memoryview(plain)

    def unpack(self, wanted: Collection[int] | None = None) -> dict[int, Histogram]:
        places = self._places
        chosen = places if wanted is None else [each for each in wanted if each in places]
        return {each: Histogram.from_bytes(self._bytes_at(places[each])) for each in chosen}

    def _bytes_at(self, place: int) -> memoryview:
        return self._view[self._ends[place] : self._ends[place + 1]]


def between(earlier: Totals, later: Totals) -> dict[int, Histogram]:
    """What was counted between two rows; series that counted nothing are absent."""
    grown = {
        series_id: _difference(histogram, earlier.get(series_id))
        for series_id, histogram in later.items()
    }
    return {series_id: each for series_id, each in grown.items() if each.count}


def _difference(later: Histogram, earlier: Histogram | None) -> Histogram:
    """The least and the greatest value are known to the width of a bucket."""
    if earlier is None:
        return later
    if later.count <= earlier.count:
        return Histogram()
    buckets = {index: grown for index, grown in _grown(later, earlier) if grown}
    zeros = later.zero_count - earlier.zero_count
    low = 0.0 if zeros or not buckets else _edge(min(buckets))
    high = _edge(max(buckets) + 1) if buckets else 0.0
    return Histogram(
        later.count - earlier.count, later.sum - earlier.sum, low, high, zeros, buckets
    )


def _grown(later: Histogram, earlier: Histogram) -> Iterable[tuple[int, int]]:
    """By bucket. In the long run all buckets that there will be are there already."""
    now, before = later.buckets, earlier.buckets
    if list(now) == list(before):
        return zip(now, map(sub, now.values(), before.values()), strict=True)
    return [(index, count - before.get(index, 0)) for index, count in now.items()]


def _edge(index: int) -> float:
    return float(2.0 ** (index / BUCKETS_PER_DOUBLING))
