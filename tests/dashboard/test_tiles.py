"""The tiles: value, unit, and a state in colour and word."""

from collections.abc import Callable

import pytest

from opsportal.dashboard.plots import plots
from opsportal.dashboard.processes import Process
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.states import State
from opsportal.dashboard.tiles import Tile, tiles
from opsportal.health.state import PortalState, Trouble
from tests.dashboard.readings import HOST, NOW_MS, SERVICE, latest_point, traffic_window

MakeReading = Callable[..., Reading]


def tile(reading: Reading, key: str) -> Tile:
    return next(tile for tile in tiles(reading, plots(reading)) if tile.key == key)


def test_a_new_portal_has_no_healthy_tile(make_reading: MakeReading) -> None:
    reading = make_reading(canary_age_seconds=None)
    for shown in tiles(reading, plots(reading)):
        assert shown.verdict.state is State.UNKNOWN, shown.key
        assert shown.verdict.word in ("No data yet", "No checks", "No backup yet")
        assert shown.value == "—"


def test_an_old_vital_is_late(make_reading: MakeReading) -> None:
    cpu = latest_point("cpu_percent", 12, age_seconds=120, host=HOST)
    shown = tile(make_reading([cpu]), "host")
    assert (shown.verdict.word, shown.verdict.state) == ("Late", State.WARNING)


def test_the_host_of_another_is_not_shown(make_reading: MakeReading) -> None:
    cpu = latest_point("cpu_percent", 12, host="web-2")
    assert tile(make_reading([cpu]), "host").value == "—"


def test_a_full_disk_takes_the_place_of_healthy_memory(make_reading: MakeReading) -> None:
    shown = tile(
        make_reading(
            [
                latest_point("memory_percent", 61, host=HOST),
                latest_point("disk_percent", 40, host=HOST, path="/"),
                latest_point("disk_percent", 96, host=HOST, path="/data"),
            ]
        ),
        "memory",
    )
    assert (shown.value, shown.unit, shown.verdict.word) == ("96", "% disk /data", "Critical")
    assert "memory 61" in shown.detail


def test_memory_is_shown_while_both_are_well(make_reading: MakeReading) -> None:
    memory = latest_point("memory_percent", 61, host=HOST)
    disk = latest_point("disk_percent", 40, host=HOST, path="/")
    shown = tile(make_reading([memory, disk]), "memory")
    assert (shown.value, shown.verdict.word) == ("61", "Normal")


def test_failing_requests_are_shown_before_their_number(make_reading: MakeReading) -> None:
    minute = NOW_MS - 120_000
    shown = tile(
        make_reading(
            [latest_point("http_requests_per_minute", 20, service=SERVICE)],
            recent=[
                traffic_window({minute: [5.0] * 90}),
                traffic_window({minute: [5.0] * 10}, status_class="5xx"),
            ],
        ),
        "requests",
    )
    assert (shown.value, shown.unit, shown.verdict.word) == ("10", "% errors", "Critical")
    assert shown.detail.startswith("20")


def test_no_requests_are_not_called_normal(make_reading: MakeReading) -> None:
    shown = tile(
        make_reading([latest_point("http_requests_per_minute", 0, service=SERVICE)]), "requests"
    )
    assert shown.verdict.word == "No requests"


def test_slow_answers_are_judged_by_their_mean(make_reading: MakeReading) -> None:
    recent = [traffic_window({NOW_MS - 60_000: [2000.0] * 10})]
    shown = tile(make_reading(recent=recent), "response_time")
    assert (shown.verdict.word, shown.verdict.state) == ("High", State.WARNING)


def test_a_late_canary_shows_on_the_portals_own_tile(make_reading: MakeReading) -> None:
    trouble = PortalState("degraded", [Trouble("critical", "background work has stopped")])
    shown = tile(make_reading(canary_age_seconds=42, portal=trouble), "portal")
    assert (shown.value, shown.unit) == ("42", "s silent")
    assert (shown.verdict.word, shown.verdict.state) == ("Late", State.CRITICAL)


def test_restarts_of_the_portals_processes_are_counted(make_reading: MakeReading) -> None:
    processes = [Process("web", 0), Process("worker", 2)]
    shown = tile(make_reading(processes=processes), "portal")
    assert "2 processes" in shown.detail
    assert "2 restarts" in shown.detail


@pytest.mark.parametrize(("service", "expected"), [("", "30"), (SERVICE, "20"), ("other", "10")])
def test_the_chosen_service_is_counted_or_all_of_them(
    make_reading: MakeReading, service: str, expected: str
) -> None:
    points = [
        latest_point("http_requests_per_minute", 20, service=SERVICE),
        latest_point("http_requests_per_minute", 10, service="other"),
    ]
    assert tile(make_reading(points, service=service), "requests").value == expected
