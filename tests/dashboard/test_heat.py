"""The heat map of response times."""

from __future__ import annotations

import re

from monitoring.histogram import Histogram
from monitoring.store import Bucket
from opsportal.dashboard.aggregation import Grid
from opsportal.dashboard.heat import MOST_COLUMNS, MOST_ROWS, Heat, counts_of, heat
from tests.dashboard.readings import NOW_MS

STEP_MS = 60_000
START_MS = NOW_MS - NOW_MS % STEP_MS - 60 * STEP_MS


def bucket(step: int, *values: float) -> Bucket:
    one = Histogram.of(values)
    return Bucket(START_MS + step * STEP_MS, one.count, one.sum, one.min, one.max, one)


def drawn(*buckets: Bucket, steps: int = 60) -> Heat:
    grid = Grid.over(START_MS, START_MS + steps * STEP_MS, STEP_MS, NOW_MS)
    return heat(counts_of(buckets), grid, "1 h")


def cells(found: Heat) -> int:
    return sum(len(re.findall("M", path)) for path in found.shades)


def test_without_requests_it_says_what_brings_them() -> None:
    found = drawn()
    assert found.empty.startswith("No requests in this range.")
    assert found.summary == f"Response times: {found.empty}"
    assert (found.rows, cells(found)) == ([], 0)


def test_requests_of_no_duration_at_all_break_nothing() -> None:
    assert drawn(bucket(0, 0.0)).empty
    assert drawn(bucket(0, 0.0, 5.0)).lines[0].values[0] is not None


def test_two_kinds_of_requests_are_two_cells() -> None:
    found = drawn(bucket(3, *[5.0] * 20, *[900.0] * 4))
    assert cells(found) == 2
    assert sorted(count for count in found.counts[3] if count) == [4, 20]
    assert sum(map(sum, found.counts)) == 24


def test_more_requests_are_darker_and_a_single_one_is_still_there() -> None:
    found = drawn(bucket(0, *[5.0] * 5000), bucket(1, 900.0))
    assert found.shades[-1].startswith("M0 ")
    assert found.shades[0].startswith("M1 ")


def test_a_long_range_has_no_more_cells_than_can_be_seen() -> None:
    found = drawn(*(bucket(step, 0.001, 50.0, 90_000.0) for step in range(170)), steps=180)
    assert len(found.counts) <= MOST_COLUMNS
    assert len(found.bands) <= MOST_ROWS + 3
    assert found.step_ms == 2 * STEP_MS
    assert sum(map(sum, found.counts)) == 3 * 170


def test_its_words_name_the_most_and_the_slowest() -> None:
    found = drawn(bucket(0, *[5.0] * 9, 900.0))
    assert "Most requests, 90" in found.summary
    assert re.search(r"the slowest 1 took 724.ms to 1.02.s", found.summary)


def test_the_axis_has_its_ends_and_quarters_from_the_top() -> None:
    found = drawn(bucket(0, 4.0, 900.0))
    assert len(found.ticks) == 5
    assert found.bands[-1].endswith(found.ticks[0])
    assert found.bands[0].startswith(found.ticks[-1].split("\N{NARROW NO-BREAK SPACE}")[0])
