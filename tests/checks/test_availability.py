"""Availability comes from transitions; time in which nothing was known counts neither way."""

import pytest

from monitoring.availability import (
    Availability,
    Span,
    availability,
    percent_text,
    worst_of_cells,
)

UP, DEGRADED, DOWN, UNKNOWN = "up", "degraded", "down", "unknown"


def test_nothing_known_is_no_availability_at_all() -> None:
    assert availability([], 0, 100).percent is None
    assert availability([Span(0, None, UNKNOWN), Span(0, 50, "new")], 0, 100).percent is None


def test_downtime_is_counted_to_the_millisecond() -> None:
    spans = [Span(0, 900, UP), Span(900, 910, DOWN), Span(910, None, UP)]
    assert availability(spans, 0, 1000) == Availability(available_ms=990, down_ms=10)
    assert availability(spans, 0, 1000).percent == 99.0


@pytest.mark.parametrize(
    ("percent", "digits", "shown"),
    [
        (100.0, 2, "100 %"),
        (99.9999, 2, "99.99 %"),  # a second of a fortnight
        (99.95, 2, "99.95 %"),
        (99.404762, 3, "99.405 %"),
        (0.0, 3, "0.000 %"),
    ],
)
def test_what_was_down_for_a_moment_is_not_shown_as_available_all_the_time(
    percent: float, digits: int, shown: str
) -> None:
    assert percent_text(percent, digits) == shown


def test_degraded_is_available() -> None:
    assert availability([Span(0, None, DEGRADED)], 0, 10).percent == 100


@pytest.mark.parametrize("status", [UNKNOWN, "paused", "new"])
def test_unknown_paused_and_new_time_is_left_out(status: str) -> None:
    spans = [Span(0, 50, status), Span(50, 75, DOWN), Span(75, None, UP)]
    assert availability(spans, 0, 100).percent == 50


def test_maintenance_is_left_out() -> None:
    spans = [Span(0, 50, DOWN), Span(50, None, UP)]
    assert availability(spans, 0, 100, left_out=[(0, 25), (40, 60)]) == Availability(40, 15)


def test_only_the_asked_time_counts() -> None:
    spans = [Span(0, 500, DOWN), Span(500, 2000, UP)]
    assert availability(spans, 400, 600) == Availability(100, 100)


def test_a_strip_shows_the_worst_of_each_cell() -> None:
    spans = [Span(10, 25, UP), Span(25, 28, DOWN), Span(28, None, UP)]
    assert list(worst_of_cells(spans, 0, 40, 4)) == [None, UP, DOWN, UP]
