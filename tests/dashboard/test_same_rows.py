"""For the same rows the same buckets are told; for any others those that the rows make."""

from __future__ import annotations

import pytest

from monitoring.histogram import Histogram
from monitoring.store import HeadRow, buckets_of_rows
from opsportal.dashboard import same_rows
from opsportal.dashboard.same_rows import MOST_ROWS, SameRows

STEP_MS = 60_000


def row(time_ms: int, *values: float, series_id: int = 1) -> HeadRow:
    """Read anew: not the same object, though equal."""
    return time_ms, sum(values), Histogram.of(values).to_bytes(), 0, series_id, 0


def test_a_row_that_came_or_was_replaced_is_never_missed() -> None:
    told = SameRows()
    for rows in (
        [row(0, 1.0)],
        [row(0, 1.0), row(10_000, 5.0)],
        [row(0, 1.0), row(10_000, 7.0)],
        [row(10_000, 7.0)],
        [row(0, 1.0)],
    ):
        assert told(rows, STEP_MS, 0) == buckets_of_rows(rows, STEP_MS)


def test_the_same_rows_in_other_steps_are_other_buckets() -> None:
    told, rows = SameRows(), [row(0, 1.0), row(70_000, 5.0)]
    assert len(told(rows, STEP_MS, 0)) == 2
    assert len(told(rows, 2 * STEP_MS, 0)) == 1
    assert [each.time_ms for each in told(rows, STEP_MS, 30_000)] == [-30_000, 30_000]


def test_the_same_rows_are_the_same_buckets() -> None:
    told = SameRows()
    first = told([row(0, 1.0), row(10_000, 5.0)], STEP_MS, 0)
    again = told([row(0, 1.0), row(10_000, 5.0)], STEP_MS, 0)
    assert [*map(id, again)] == [*map(id, first)]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_rows, "MOST_SERIES", 3)
    told = SameRows()
    for series_id in range(9):
        told([row(0, 1.0, series_id=series_id)], STEP_MS, 0)
        assert len(told._known) <= 3
    told.clear()
    told([row(time_ms, 1.0) for time_ms in range(MOST_ROWS + 1)], STEP_MS, 0)
    assert told._known == {}
