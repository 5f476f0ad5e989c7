"""Columns of the heat map that are over are made once, and never told of other steps."""

from __future__ import annotations

import pytest

from opsportal.dashboard import heat_columns
from opsportal.dashboard.heat_columns import Columns

OVER = {8: 2, 9: 1}
NOW = {9: 5, 12: 1}


def test_a_column_is_of_its_own_steps() -> None:
    columns = Columns()
    assert columns.of([]).counts == {}
    assert columns.of([OVER]).counts == OVER
    assert columns.of([OVER, NOW]).counts == {8: 2, 9: 6, 12: 1}
    assert columns.of([OVER, {9: 9}]).counts == {8: 2, 9: 10}
    assert (OVER, NOW) == ({8: 2, 9: 1}, {9: 5, 12: 1})


def test_bands_follow_what_else_is_shown() -> None:
    column = Columns().of([OVER, NOW])
    assert column.in_bands((8, 2, 4)) == [8, 0, 1, 0]
    assert column.in_bands((4, 4, 3)) == [0, 8, 1]
    assert column.in_bands((8, 2, 4)) == [8, 0, 1, 0]


def test_the_same_steps_are_the_same_column() -> None:
    columns = Columns()
    assert columns.of([OVER]) is columns.of([OVER])
    assert columns.of([dict(OVER)]) is not columns.of([OVER])


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat_columns, "MOST_KNOWN", 3)
    columns = Columns()
    for index in range(9):
        columns.of([{index: 1}])
    assert len(columns._known) == 3
