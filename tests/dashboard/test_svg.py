"""Lines drawn on the server."""

import re

from hypothesis import given
from hypothesis import strategies as st

from opsportal.dashboard.svg import line_path, sparkline, thinned

VALUES = st.lists(st.none() | st.floats(0, 1e9, allow_nan=False), max_size=400)


def test_nothing_draws_nothing() -> None:
    assert sparkline([]) == ""
    assert sparkline([None, None]) == ""


def test_a_lone_value_is_a_dot() -> None:
    assert line_path([None, 5.0, None], 10, 100, 10) == "M50 5h0"


def test_a_long_gap_breaks_the_line() -> None:
    values = [1.0, 1.0, None, None, None, None, None, 1.0]
    assert line_path(values, 1, 70, 10, bridged=3).count("M") == 2
    assert line_path(values, 1, 70, 10, bridged=5).count("M") == 1


def test_thinning_keeps_the_peak() -> None:
    values: list[float | None] = [1.0] * 1000
    values[517] = 99.0
    shown = thinned(values, 60)
    assert len(shown) <= 60
    assert max(value for value in shown if value is not None) == 99


@given(VALUES)
def test_a_sparkline_stays_inside_its_box(values: list[float | None]) -> None:
    numbers = re.findall(r"[ML]([-\d.e+]+) ([-\d.e+]+)", sparkline(values))
    assert all(0 <= float(x) <= 120 and 0 <= float(y) <= 24 for x, y in numbers)
