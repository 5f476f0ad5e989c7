"""Columns of numbers to bytes and back, without loss, at C speed and without numpy.

Integers: the differences of order 0, 1 or 2 whose sizes add up to least, in the narrowest type.
Floats: as integers where a power of ten up to 10^4 makes every one of them whole, exactly; else as
doubles. Bytes of equal weight stand together, where zstd finds what the numbers have in common.
"""

import struct
import sys
from array import array
from collections.abc import Sequence
from itertools import accumulate, repeat
from operator import mul, sub, truediv
from typing import Any

_INTEGER_TYPES = (("b", 7), ("h", 15), ("i", 31), ("q", 63))
_SCALES = (1, 10, 100, 1000, 10_000)
_EXACT_INTEGER = 2**53
# scale (0: doubles), order of the differences, array type, bytes that follow
_HEADER = struct.Struct("<HBcI")


def encode_integers(numbers: Sequence[int], scale: int = 1) -> bytes:
    """Numbers of 62 bits at most: their second differences must still fit in 64."""
    orders = [list(numbers)]
    for _ in range(2):
        orders.append(_differences(orders[-1]))
    order, smallest = min(enumerate(orders), key=lambda each: sum(map(abs, each[1])))
    widest = max(max(smallest, default=0), ~min(smallest, default=0))
    type_code = next(code for code, bits in _INTEGER_TYPES if widest < 1 << bits)
    return _column(scale, order, array(type_code, smallest))


def encode_floats(numbers: Sequence[float], dropped_bytes: int = 0) -> bytes:
    """`dropped_bytes` of every double's 8 may be set to zero, unless the numbers are decimals."""
    for scale in _SCALES:
        if _are_decimals(numbers[:16], scale) and _are_decimals(numbers, scale):
            return encode_integers(_scaled(numbers, scale), scale)
    return _column(0, 0, array("d", numbers), dropped_bytes)


class ColumnReader:
    """Reads the columns of `count` numbers that were written one after the other."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self._offset = offset

    def integers(self, count: int) -> list[int]:
        _scale, order, numbers = self._next(count)
        for _ in range(order):
            numbers = list(accumulate(numbers))
        return numbers

    def floats(self, count: int) -> list[float]:
        scale, order, numbers = self._next(count)
        for _ in range(order):
            numbers = list(accumulate(numbers))
        return list(map(truediv, numbers, repeat(scale))) if scale else numbers

    def _next(self, count: int) -> tuple[int, int, list[Any]]:
        scale, order, code, size = _HEADER.unpack_from(self._data, self._offset)
        start = self._offset + _HEADER.size
        self._offset = start + size
        numbers: array[Any] = array(code.decode("ascii"))
        numbers.frombytes(_unshuffled(self._data[start : start + size], numbers.itemsize))
        if len(numbers) != count:
            raise ValueError(f"a column of {len(numbers)} numbers where {count} were written")
        if sys.byteorder == "big":
            numbers.byteswap()
        return scale, order, numbers.tolist()


def _column(
    scale: int, order: int, numbers: "array[int] | array[float]", dropped: int = 0
) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    data, width = numbers.tobytes(), numbers.itemsize
    kept = [data[byte::width] for byte in range(dropped, width)]
    payload = b"".join([bytes(dropped * len(numbers)), *kept])
    code = numbers.typecode.encode("ascii")
    return _HEADER.pack(scale, order, code, len(payload)) + payload


def _unshuffled(data: bytes, width: int) -> bytes:
    count = len(data) // width
    whole = bytearray(len(data))
    for byte in range(width):
        whole[byte::width] = data[byte * count : (byte + 1) * count]
    return bytes(whole)


def _differences(numbers: list[int]) -> list[int]:
    """The first number, then every number's distance from the one before it."""
    return numbers[:1] + list(map(sub, numbers[1:], numbers))


def _scaled(numbers: Sequence[float], scale: int) -> list[int]:
    return list(map(round, map(mul, numbers, repeat(scale))))


def _are_decimals(numbers: Sequence[float], scale: int) -> bool:
    if max(map(abs, numbers), default=0) * scale >= _EXACT_INTEGER:
        return False
    return list(map(truediv, _scaled(numbers, scale), repeat(scale))) == list(numbers)
