"""Columns of numbers come back as they were, in few bytes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.store.columns import ColumnReader, encode_floats, encode_integers

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DECIMALS = st.integers(-(10**9), 10**9).map(lambda number: number / 100)


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 numbers where 4"):
        ColumnReader(b"".join(encode_integers([1, 2, 3]))).integers(4)


@given(st.lists(st.integers(-(2**60), 2**60)))
def test_integers_come_back(numbers: list[int]) -> None:
    assert ColumnReader(b"".join(encode_integers(numbers))).integers(len(numbers)) == numbers


# Far apart, rising and rising faster and faster: each order of the differences.
KINDS = st.sampled_from([lambda n: n * 2654435761 % 1000, lambda n: 40 + n, lambda n: n**2])


@given(KINDS, st.integers(0, 40), st.data())
def test_of_a_column_the_later_numbers_are_the_same(kind: Any, count: int, data: Any) -> None:
    numbers = [kind(n) for n in range(count)]
    first = data.draw(st.integers(0, count))
    both = b"".join(encode_integers(numbers) + encode_integers([7, 9]))
    reader = ColumnReader(both)
    assert reader.integers(count, first) == numbers[first:]
    assert reader.integers(2) == [7, 9]


@given(st.one_of(st.lists(FINITE), st.lists(DECIMALS), st.lists(st.integers(0, 100).map(float))))
def test_floats_come_back_exactly(numbers: list[float]) -> None:
    assert ColumnReader(b"".join(encode_floats(numbers))).floats(len(numbers)) == numbers


@given(st.lists(FINITE, min_size=1))
def test_dropping_four_bytes_changes_a_float_by_a_relative_2_to_the_minus_20(
    numbers: list[float],
) -> None:
    read = ColumnReader(b"".join(encode_floats(numbers, dropped_bytes=4))).floats(len(numbers))
    # The smallest normal double bounds what a subnormal one, which has fewer digits, may lose.
    assert read == pytest.approx(numbers, rel=2**-20, abs=2.3e-308)


def test_columns_are_read_one_after_the_other() -> None:
    reader = ColumnReader(b"".join(encode_integers([7, 9]) + encode_floats([0.5, 0.1, 1e300])))
    assert reader.integers(2) == [7, 9]
    assert reader.floats(3) == [0.5, 0.1, 1e300]


def test_regular_times_are_zeros_after_the_first_two() -> None:
    times = list(range(1_700_000_000_000, 1_700_000_900_000, 10_000))
    _header, _firsts, _dropped, *planes = encode_integers(times)
    assert planes == [bytes(len(times) - 2)]


def test_percentages_of_one_digit_take_two_bytes_at_most_before_compression() -> None:
    numbers = [500 + index * 37 % 501 for index in range(1000)]
    planes = encode_floats([number / 10 for number in numbers])
    assert sum(map(len, planes)) < 2050
