"""Charts filled with what was read."""

from collections.abc import Callable

import pytest

from monitoring.catalogue import METRICS
from opsportal.dashboard.charts import CHARTS
from opsportal.dashboard.drawings import TABLE_ROWS, draw
from opsportal.dashboard.plots import Plot, plots
from opsportal.dashboard.reading import Reading
from tests.dashboard.readings import (
    HOST,
    NOW_MS,
    SERVICE,
    gauge_window,
    latest_point,
    traffic_window,
)

MakeReading = Callable[..., Reading]
MINUTE_MS = 60_000
MINUTES = [NOW_MS - NOW_MS % MINUTE_MS - back * MINUTE_MS for back in (5, 4, 3)]


def plot(reading: Reading, key: str) -> Plot:
    return next(plot for plot in plots(reading) if plot.key == key)


@pytest.mark.parametrize("definition", CHARTS, ids=lambda definition: definition.key)
def test_every_chart_is_of_metrics_in_the_catalogue(definition: object) -> None:
    lines = definition.lines  # type: ignore[attr-defined]
    assert all(line.metric in METRICS for line in lines)


def test_every_empty_chart_says_why_and_what_to_do(make_reading: MakeReading) -> None:
    for empty in plots(make_reading()):
        assert empty.empty.startswith("No data yet. ")
        assert len(empty.empty) > len("No data yet. ")
        assert empty.empty in empty.summary


def test_an_empty_range_of_a_known_metric_is_told_apart(make_reading: MakeReading) -> None:
    known = [latest_point("cpu_percent", 5, host=HOST)]
    past = {"range": "custom", "from": "2020-01-01T00:00", "to": "2020-01-02T00:00"}
    assert "in the last 1 h" in plot(make_reading(known), "cpu").empty
    assert "Choose another" in plot(make_reading(known, parameters=past), "cpu").empty


def test_in_the_first_minute_the_chart_of_requests_says_when_it_begins(
    make_reading: MakeReading,
) -> None:
    now = NOW_MS - NOW_MS % 60_000
    drawn = plot(make_reading(windows=[traffic_window({now: [10.0] * 4})]), "requests")
    assert drawn.lines == []
    assert "when 1\N{NARROW NO-BREAK SPACE}min are over" in drawn.empty


def test_each_disk_has_a_line_of_its_own(make_reading: MakeReading) -> None:
    windows = [
        gauge_window("disk_percent", {MINUTES[0]: 40}, host=HOST, path="/"),
        gauge_window("disk_percent", {MINUTES[0]: 90}, host=HOST, path="/data"),
    ]
    drawn = plot(make_reading(windows=windows), "disk")
    assert [(line.label, line.latest[:2]) for line in drawn.lines] == [("/", "40"), ("/data", "90")]


def test_only_the_busiest_routes_are_drawn(make_reading: MakeReading) -> None:
    windows = [
        traffic_window({MINUTES[0]: [10.0] * count}, route=f"/route-{count}")
        for count in (1, 50, 3, 40, 30)
    ]
    drawn = plot(make_reading(windows=windows), "routes")
    assert [line.label for line in drawn.lines] == ["/route-30", "/route-40", "/route-50"]


def test_errors_are_a_share_of_all_requests_in_every_step(make_reading: MakeReading) -> None:
    windows = [
        traffic_window({MINUTES[0]: [10.0] * 95, MINUTES[1]: [10.0]}),
        traffic_window({MINUTES[0]: [10.0] * 5}, status_class="5xx"),
    ]
    drawn = plot(make_reading(windows=windows), "errors")
    values = [value for value in drawn.lines[0].values if value is not None]
    assert drawn.lines[0].label == "5xx"
    assert values == [5, 0]


def test_quiet_minutes_of_a_watched_service_are_zero(make_reading: MakeReading) -> None:
    windows = [
        traffic_window({MINUTES[0]: [10.0] * 30}),
        gauge_window("http_requests_per_minute", dict.fromkeys(MINUTES, 1.0), service=SERVICE),
    ]
    [line] = plot(make_reading(windows=windows), "requests").lines
    assert [value for value in line.values if value is not None] == [30, 0, 0]


def test_a_chart_is_drawn_and_tabled_for_readers_without_script(
    make_reading: MakeReading,
) -> None:
    values = {NOW_MS - NOW_MS % 10_000 - back * 10_000: 50.0 for back in range(300)}
    drawing = draw(plot(make_reading(windows=[gauge_window("cpu_percent", values)]), "cpu"))
    assert drawing.paths[0].startswith("M")
    assert drawing.limits == [16.0]
    assert 0 < len(drawing.rows) <= TABLE_ROWS
    assert drawing.rows[0].time > drawing.rows[1].time
    assert drawing.rows[1].cells[0].startswith("50")
