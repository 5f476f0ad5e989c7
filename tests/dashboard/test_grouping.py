"""Which series are one is remembered, and never told of others."""

from __future__ import annotations

import pytest

from monitoring.store import SeriesRef
from opsportal.dashboard import grouping
from opsportal.dashboard.grouping import Groupings

LABELS = ("method", "route")


def series(series_id: int, method: str, route: str) -> SeriesRef:
    return SeriesRef(series_id, "http_response_time_ms", {"method": method, "route": route})


def test_a_number_that_another_series_got_is_grouped_by_its_labels() -> None:
    groupings = Groupings()
    assert groupings([series(1, "GET", "/a")], LABELS) == {("GET", "/a"): [0]}
    assert groupings([series(1, "GET", "/b")], LABELS) == {("GET", "/b"): [0]}


def test_a_series_that_came_later_and_other_labels_are_grouped_for_themselves() -> None:
    groupings = Groupings()
    two = [series(1, "GET", "/a"), series(2, "PUT", "/a")]
    assert groupings(two, LABELS) == {("GET", "/a"): [0], ("PUT", "/a"): [1]}
    assert groupings(two, ("route",)) == {("/a",): [0, 1]}
    assert groupings([*two, series(3, "GET", "/a")], LABELS)[("GET", "/a")] == [0, 2]
    assert groupings([], LABELS) == {}


def test_routes_of_before_they_were_readable_are_one_with_the_later_ones() -> None:
    one = [series(1, "GET", r"^reports/(?P<kind>\w+)/$"), series(2, "GET", "/reports/<kind>/")]
    assert [*Groupings()(one, LABELS).values()] == [[0, 1]]


def test_the_same_series_are_grouped_once() -> None:
    groupings = Groupings()
    first = groupings([series(1, "GET", "/a")], LABELS)
    assert groupings([series(1, "GET", "/a")], LABELS) is first


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_GROUPINGS", 3)
    groupings = Groupings()
    for series_id in range(9):
        groupings([series(series_id, "GET", "/a")], LABELS)
    assert len(groupings._known) == 3
