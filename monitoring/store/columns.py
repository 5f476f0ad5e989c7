"""Columns of numbers to bytes and back, without loss, at C speed and without numpy.

Integers: the differences of order 0, 1 or 2 whose sizes add up to least, in the narrowest type.
Floats: as integers where a power of ten up to 10^4 makes every one of them whole, exactly; else as
doubles. Bytes of equal weight stand together as one plane, because some planes are noise and others
compress to nothing.
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
# scale (0: doubles), order of the differences, array type, bytes of the numbers that follow
_HEADER = struct.Struct("<HBcI")


def encode_integers(numbers: Sequence[int], scale: int = 1) -> list[bytes]:
    """The planes of a column of numbers of 62 bits: their second differences fit in 64."""
    firsts, smallest = min(_differences(numbers), key=lambda each: sum(map(abs, each[1])))
    widest = max(max(smallest, default=0), ~min(smallest, default=0))
    type_code = next(code for code, bits in _INTEGER_TYPES if widest < 1 << bits)
    return _column(scale, firsts, array(type_code, smallest))


def encode_floats(numbers: Sequence[float], dropped_bytes: int = 0) -> list[bytes]:
    """`dropped_bytes` of every double's 8 may be set to zero, unless the numbers are decimals."""
    for scale in _SCALES:
        if _are_decimals(numbers[:16], scale) and _are_decimals(numbers, scale):
            return encode_integers(_scaled(numbers, scale), scale)
    return _column(0, [], array("d", numbers), dropped_bytes)


class ColumnReader:
    """Reads the columns of `count` numbers that were written one after the other; of each all from
    the number `first` on."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data = data
        self._offset = offset

    def integers(self, count: int, first: int = 0) -> list[int]:
        return self._next(count, first)[1]

    def floats(self, count: int, first: int = 0) -> list[float]:
        scale, numbers = self._next(count, first)
        return list(map(truediv, numbers, repeat(scale))) if scale else numbers

    def _next(self, count: int, first: int) -> tuple[int, list[Any]]:
        scale, order, code, size = _HEADER.unpack_from(self._data, self._offset)
        firsts = struct.unpack_from(f"<{order}q", self._data, self._offset + _HEADER.size)
        start = self._offset + _HEADER.size + 8 * order
        self._offset = start + size
        column: array[Any] = array(code.decode("ascii"))
        column.frombytes(_unshuffled(self._data[start : start + size], column.itemsize))
        if sys.byteorder == "big":
            column.byteswap()
        found = len(column) + order
        if found != count:
            raise ValueError(f"a column of {found} numbers where {count} were written")
        if order == 1 and first:
            # What comes before is added up, which is cheaper than to make numbers of it.
            numbers = list(accumulate(column[first:], initial=sum(column[:first], firsts[0])))
            return scale, numbers[: count - first]
        if not order:
            return scale, column[first:].tolist()
        numbers = column.tolist()
        for each in reversed(firsts):
            numbers = list(accumulate(numbers, initial=each))
        return scale, numbers[first:]


def _column(
    scale: int, firsts: list[int], numbers: "array[int] | array[float]", dropped: int = 0
) -> list[bytes]:
    if sys.byteorder == "big":
        numbers.byteswap()
    data, width = numbers.tobytes(), numbers.itemsize
    header = _HEADER.pack(scale, len(firsts), numbers.typecode.encode("ascii"), len(data))
    kept = [data[byte::width] for byte in range(dropped, width)]
    return [header, struct.pack(f"<{len(firsts)}q", *firsts), bytes(dropped * len(numbers)), *kept]


def _unshuffled(data: bytes, width: int) -> bytes:
    count = len(data) // width
    whole = bytearray(len(data))
    for byte in range(width):
        whole[byte::width] = data[byte * count : (byte + 1) * count]
    return bytes(whole)


def _differences(numbers: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """The numbers, their differences, and the differences of these; each with the first numbers
    that lead back to the original ones."""
    firsts: list[int] = []
    orders = [(firsts, list(numbers))]
    while len(orders) < 3 and orders[-1][1]:
        firsts, rest = orders[-1]
        orders.append(([*firsts, rest[0]], list(map(sub, rest[1:], rest))))
    return orders


def _scaled(numbers: Sequence[float], scale: int) -> list[int]:
    return list(map(round, map(mul, numbers, repeat(scale))))


def _are_decimals(numbers: Sequence[float], scale: int) -> bool:
    if max(map(abs, numbers), default=0) * scale >= _EXACT_INTEGER:
        return False
    return list(map(truediv, _scaled(numbers, scale), repeat(scale))) == list(numbers)
