"""Dashboards that show the same share one look."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from opsportal.dashboard.assembly import arrange
from opsportal.dashboard.marks import Mark
from opsportal.dashboard.sharing import MOST, Look, SharedLooks
from opsportal.dashboard.states import State
from tests.dashboard.readings import NOW_MS, traffic_window


class Maker:
    """Counts how often a look was made."""

    def __init__(self) -> None:
        self.made: list[Mapping[str, str]] = []

    def __call__(self, parameters: Mapping[str, str]) -> Look:
        self.made.append(parameters)
        return Look(None)  # type: ignore[arg-type]


@pytest.fixture
def maker() -> Maker:
    return Maker()


def test_what_fails_is_not_shared() -> None:
    def fail(parameters: Mapping[str, str]) -> Look:
        raise ValueError("the database is away")

    looks = SharedLooks(fail, 60)
    for _ in range(2):
        with pytest.raises(ValueError, match="away"):
            looks.get({}, "1")


def test_two_hundred_who_ask_for_the_same_cost_one_look(maker: Maker) -> None:
    looks = SharedLooks(maker, 60)
    assert len({id(looks.get({"range": "24h"}, "1")) for _ in range(200)}) == 1
    assert maker.made == [{"range": "24h"}]


def test_a_change_of_state_makes_a_new_one_at_once(maker: Maker) -> None:
    looks = SharedLooks(maker, 60)
    looks.get({}, "1")
    looks.get({}, "2")
    assert len(maker.made) == 2


def test_another_range_is_another_look_but_what_is_not_ours_is_not(maker: Maker) -> None:
    looks = SharedLooks(maker, 60)
    for parameters in ({}, {"range": "6h"}, {"wall": "1"}, {"x": "1"}):
        looks.get(parameters, "1")
    assert maker.made == [{}, {"range": "6h"}]


def test_rubbish_in_addresses_does_not_fill_the_memory(maker: Maker) -> None:
    looks = SharedLooks(maker, 60)
    for number in range(3 * MOST):
        looks.get({"host": str(number)}, "1")
    assert len(looks._known) == MOST


def test_json_is_written_once(make_reading) -> None:  # type: ignore[no-untyped-def]
    look = Look(arrange(make_reading()))
    assert look.json is look.json
    assert b'"tiles"' in look.json


def test_a_refresh_brings_what_the_page_begins_with(make_reading) -> None:  # type: ignore[no-untyped-def]
    mark = Mark(NOW_MS, State.WARNING, 'a "name" \N{SNOWMAN}', url="/alerts/1/")
    requests = traffic_window({NOW_MS - 600_000: [1.5, 20.0]})
    reading = make_reading(windows=[requests], marks=[mark])
    shown = arrange(reading)
    assert json.loads(Look(shown).json) == json.loads(json.dumps(shown.as_json()))
