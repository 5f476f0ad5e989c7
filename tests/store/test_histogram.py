"""Histograms: percentiles within the promised error, exact merging, and their bytes."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.histogram import (
    HIGHEST_INDEX,
    LOWEST_INDEX,
    Histogram,
    bucket_index,
    sum_of,
)

MILLISECONDS = st.floats(0.001, 1e7)
VALUES = st.lists(st.one_of(MILLISECONDS, st.just(0.0)), min_size=1)


def test_an_empty_histogram_has_no_mean_and_no_percentile() -> None:
    assert Histogram().mean is None
    assert Histogram().percentile(50) is None


def test_bytes_that_are_cut_are_refused() -> None:
    whole = Histogram.of([1.0]).to_bytes()
    for cut in (whole[:-1], whole + b"0", whole[:20], b""):
        with pytest.raises(struct.error):
            Histogram.from_bytes(cut)
        with pytest.raises(struct.error):
            sum_of([whole, cut])


@pytest.mark.parametrize(("value", "index"), [(5e-324, LOWEST_INDEX), (1.7e308, HIGHEST_INDEX)])
def test_extreme_values_join_the_last_bucket(value: float, index: int) -> None:
    assert bucket_index(value) == index


@given(VALUES, st.sampled_from([0, 50, 90, 95, 99, 100]))
def test_a_percentile_is_within_4_5_percent_of_the_true_one(
    values: list[float], percent: float
) -> None:
    true = sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]
    assert Histogram.of(values).percentile(percent) == pytest.approx(true, rel=0.045)


@given(VALUES, VALUES)
def test_merging_is_the_same_as_having_seen_all_values(
    some: list[float], others: list[float]
) -> None:
    merged = Histogram.of(some)
    merged.merge(Histogram.of(others))
    together = Histogram.of(some + others)
    assert merged.sum == pytest.approx(together.sum)
    merged.sum = together.sum
    assert merged == together


@given(st.lists(st.one_of(MILLISECONDS, st.just(0.0))))
def test_bytes_come_back(values: list[float]) -> None:
    histogram = Histogram.of(values)
    assert Histogram.from_bytes(histogram.to_bytes()) == histogram


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_bytes_added_up_are_the_histograms_merged(seen: list[list[float]]) -> None:
    merged = Histogram()
    for values in seen:
        merged.merge(Histogram.of(values))
    assert sum_of([Histogram.of(values).to_bytes() for values in seen]) == merged
