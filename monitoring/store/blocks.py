"""Samples to the bytes of one block and back: columns, compressed by one zstd frame."""

import struct
from bisect import bisect_left

import zstandard

from monitoring.store.columns import ColumnReader, encode_floats, encode_integers
from monitoring.store.samples import BucketColumns, Samples

VALUES, ROLLUPS, HISTOGRAMS = 1, 2, 3
_HEADER = struct.Struct("<BI")
_LEVEL = 1
_OWN_CODES_BYTES = 512
# A day of points every 10 s takes 0.1 MB. What is far larger was not written by us.
_MAX_SIZE_BYTES = 256 * 1024 * 1024
# The four lowest bytes of a rollup's noisy doubles: they cost half of the rollups' space and change
# a figure by a relative 2^-20 (1e-6) at most, below what any reading is good for.
_ROLLUP_DROPPED_BYTES = 4


class CorruptBlockError(ValueError):
    """The bytes are not a block, or not a whole one."""


def encode(samples: Samples, *, raw: bool) -> bytes:
    """Raw values come back exactly; sums, minima and maxima of rollups to a relative 2^-20."""
    kind = HISTOGRAMS if samples.buckets else VALUES if raw else ROLLUPS
    planes = [_HEADER.pack(kind, len(samples)), *encode_integers(samples.times)]
    if kind == VALUES:
        planes += encode_floats(samples.sums)
    else:
        planes += _encode_rollups(samples, 0 if raw else _ROLLUP_DROPPED_BYTES)
    if samples.buckets:
        planes += _encode_buckets(samples.buckets)
    return _compressed(planes)


def _compressed(planes: list[bytes]) -> bytes:
    """One frame. A plane of some size gets codes of its own: noise would spoil its neighbours'."""
    stream = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj(
        size=sum(map(len, planes))
    )
    parts = []
    for plane in planes:
        parts.append(stream.compress(plane))
        if len(plane) >= _OWN_CODES_BYTES:
            parts.append(stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
    return b"".join([*parts, stream.flush()])


def decode(data: bytes, from_ms: int = 0) -> Samples:
    """The rows from `from_ms` on: of a block of months a few hours cost a fraction of the whole.
    Raises CorruptBlockError."""
    try:
        plain = zstandard.decompress(data, max_output_size=_MAX_SIZE_BYTES)
        return _decode(plain, from_ms)
    except (zstandard.ZstdError, struct.error, ValueError) as error:
        raise CorruptBlockError(str(error)) from error


def _decode(plain: bytes, from_ms: int) -> Samples:
    kind, count = _HEADER.unpack_from(plain)
    reader = ColumnReader(plain, _HEADER.size)
    times = reader.integers(count)
    first = bisect_left(times, from_ms)
    times = times[first:]
    if kind == VALUES:
        return Samples.of_values(times, reader.floats(count, first))
    sums, mins, maxs = (reader.floats(count, first) for _ in range(3))
    samples = Samples(times, reader.integers(count, first), sums, mins, maxs)
    if kind == HISTOGRAMS:
        samples.buckets = _decode_buckets(reader, count, first)
    return samples


def _encode_rollups(samples: Samples, dropped_bytes: int) -> list[bytes]:
    planes: list[bytes] = []
    for column in (samples.sums, samples.mins, samples.maxs):
        planes += encode_floats(column, dropped_bytes)
    return planes + encode_integers(samples.counts)


def _encode_buckets(buckets: BucketColumns) -> list[bytes]:
    columns = (buckets.sizes, buckets.zero_counts, buckets.indexes, buckets.counts)
    return [plane for column in columns for plane in encode_integers(column)]


def _decode_buckets(reader: ColumnReader, count: int, first: int) -> BucketColumns:
    sizes, zero_counts = reader.integers(count), reader.integers(count, first)
    total, before = sum(sizes), sum(sizes[:first])
    indexes, counts = reader.integers(total, before), reader.integers(total, before)
    return BucketColumns(sizes[first:], zero_counts, indexes, counts)
