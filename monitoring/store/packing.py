"""Many histograms as the bytes of one row, and the difference of two of them: pure."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from itertools import accumulate

import zstandard

from monitoring.histogram import Histogram, grown

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
        found = (
            (each, self.bytes_of(each)) for each in (self._places if wanted is None else wanted)
        )
        return {each: Histogram.from_bytes(data) for each, data in found if data is not None}

    def bytes_of(self, series_id: int) -> memoryview | None:
        place = self._places.get(series_id)
        return None if place is None else self._view[self._ends[place] : self._ends[place + 1]]


def between(earlier: Packed | None, later: Packed, wanted: Collection[int]) -> dict[int, Histogram]:
    """What was counted between two rows, or in all; of the series that are `wanted`, those that
    counted anything."""
    found = {}
    for series_id in wanted:
        data = later.bytes_of(series_id)
        before = earlier.bytes_of(series_id) if earlier else None
        if data is not None and data != before:
            each = Histogram.from_bytes(data) if before is None else grown(data, before)
            if each.count:
                found[series_id] = each
    return found
