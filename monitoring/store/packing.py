"""Many histograms as the bytes of one row, and the difference of two of them: pure."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from itertools import accumulate

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

    __slots__ = ("_places", "_view")

    def __init__(self, data: bytes) -> None:
        plain = zstandard.decompress(data, max_output_size=_MAX_SIZE_BYTES)
        (count,) = _COUNT.unpack_from(plain)
        numbers = struct.unpack_from(f"<{count}q{count}I", plain, _COUNT.size)
        ends = list(accumulate(numbers[count:], initial=_COUNT.size + 12 * count))
        places = map(slice, ends, ends[1:])
        self._places: dict[int, slice] = dict(zip(numbers[:count], places, strict=True))
        # No copy of all that follows for each of them.
        self._view = memoryview(plain)

    def unpack(self, wanted: Collection[int] | None = None) -> dict[int, Histogram]:
        places, view = self._places, self._view
        chosen = places if wanted is None else [each for each in wanted if each in places]
        return {each: Histogram.from_bytes(view[places[each]]) for each in chosen}


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
    before = earlier.buckets.get
    buckets = {
        index: grown
        for index, count in later.buckets.items()
        if (grown := count - before(index, 0))
    }
    zeros = later.zero_count - earlier.zero_count
    low = 0.0 if zeros or not buckets else _edge(min(buckets))
    high = _edge(max(buckets) + 1) if buckets else 0.0
    return Histogram(
        later.count - earlier.count, later.sum - earlier.sum, low, high, zeros, buckets
    )


def _edge(index: int) -> float:
    return float(2.0 ** (index / BUCKETS_PER_DOUBLING))
