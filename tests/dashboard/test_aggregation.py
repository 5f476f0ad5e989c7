"""From buckets to the values of a line."""

import math

import pytest

from monitoring.histogram import Histogram
from monitoring.store import Bucket
from opsportal.dashboard.aggregation import (
    Grid,
    line_values,
    mean,
    per_minute,
    percentile,
    share_percent,
)

STEP_MS = 60_000
START_MS = 1_800_000_000_000 - 1_800_000_000_000 % STEP_MS


def grid(count: int, now_steps: float = 100) -> Grid:
    return Grid(START_MS, STEP_MS, count, round(START_MS + now_steps * STEP_MS))


def bucket(step: int, *values: float) -> Bucket:
    one = Histogram.of(values)
    time_ms = START_MS + step * STEP_MS
    return Bucket(time_ms, one.count, one.sum, one.min, one.max, one)


def test_a_step_without_data_is_a_gap_and_not_a_zero() -> None:
    assert line_values([bucket(0, 4), bucket(2, 6)], [], [], grid(3), mean) == [4, None, 6]


def test_no_requests_are_none_only_while_the_service_was_watched() -> None:
    watched = [Bucket(START_MS + STEP_MS, 6, 0, 0, 0)]
    values = line_values([bucket(0, *[5] * 30)], [], watched, grid(3), per_minute)
    assert values == [30, 0, None]


def test_the_rate_of_a_step_that_is_not_over_is_not_guessed() -> None:
    values = line_values([bucket(0, 5), bucket(1, 5)], [], [], grid(2, 1.5), per_minute)
    assert values == [1, None]


def test_a_long_step_counts_only_the_time_that_has_passed() -> None:
    hour_ms = 3_600_000
    start_ms = START_MS - START_MS % hour_ms
    # 600 s of the hour have passed, and 10 s more in which flushes come in.
    half = Grid(start_ms, hour_ms, 1, start_ms + 610_000)
    part = [Bucket(start_ms, 100, 1.0, 0.0, 1.0)]
    assert line_values(part, part, [], half, per_minute) == [10]


def test_the_error_rate_is_exact() -> None:
    failed, whole = [bucket(0, 1, 1)], [bucket(0, *[1] * 7), bucket(1, 1)]
    assert line_values(failed, whole, [], grid(3), share_percent) == [
        pytest.approx(100 * 2 / 7, rel=1e-3),
        0,
        None,
    ]


def test_percentiles_come_from_the_merged_histogram() -> None:
    values = [float(value) for value in range(1, 1001)]
    [p95] = line_values([bucket(0, *values)], [], [], grid(1), percentile(95))
    assert p95 is not None
    assert math.isclose(p95, 950, rel_tol=0.045)


def test_the_grid_is_aligned_as_the_store_aligns() -> None:
    aligned = Grid.over(61_000, 179_000, 60_000, 200_000)
    assert (aligned.start_ms, aligned.count) == (60_000, 2)
