"""What was counted between two rows of running totals is remembered, but never beyond them."""

import pytest

from monitoring.histogram import Histogram
from monitoring.store.packing import pack
from opsportal.dashboard import growth
from opsportal.dashboard.growth import Growths, Row


def row(time_ms: int, count: int) -> Row:
    return Row(time_ms, pack({1: Histogram.of([10.0] * count), 2: Histogram.of([5.0])}))


def test_a_row_that_was_made_anew_is_counted_anew() -> None:
    growths = Growths()
    first = growths.between(0, row(0, 2), row(1, 5), [1])
    again = growths.between(0, row(0, 2), row(1, 9), [1])
    assert [first[1].count, again[1].count] == [3, 7]


def test_other_series_of_the_same_rows_are_counted_for_themselves() -> None:
    growths = Growths()
    assert growths.between(0, None, row(1, 5), [2])[2].count == 1
    assert growths.between(0, None, row(1, 5), [1])[1].count == 5


def test_the_same_rows_give_the_same_buckets() -> None:
    growths = Growths()
    first = growths.between(0, row(0, 2), row(1, 5), [1])
    assert growths.between(0, row(0, 2), row(1, 5), [1])[1] is first[1]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "MOST_BUCKETS", 3)
    growths = Growths()
    for time_ms in range(1, 9):
        growths.between(0, None, row(time_ms, 5), [1])
    assert len(growths._known) == 3
