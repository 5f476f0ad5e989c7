"""The charts of one check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from monitoring.models import Check, CheckState
from monitoring.store import Window
from opsportal.dashboard.check_plots import check_plots
from opsportal.dashboard.drawings import axis_top, heights
from opsportal.dashboard.formats import NARROW_SPACE
from opsportal.dashboard.plots import Plot
from opsportal.dashboard.ranges import MINUTE_MS, parse_range
from tests.dashboard.readings import NOW_MS, gauge_window

NOW = NOW_MS - NOW_MS % MINUTE_MS
EARLIER, LATER = NOW - 2 * MINUTE_MS, NOW - MINUTE_MS
STEP = NOW - NOW % (5 * MINUTE_MS) - 5 * MINUTE_MS
STEP_BEFORE = STEP - 5 * MINUTE_MS


def check(kind: str = "http", **settings: Any) -> Check:
    made = Check(name="Tradier", slug="tradier", kind=kind, settings=settings)
    made.state = CheckState()
    return made


def phase(name: str, values: Mapping[int, float]) -> Window:
    return gauge_window("check_phase_ms", values, check="tradier", phase=name)


def total(values: Mapping[int, float]) -> Window:
    return gauge_window("check_response_time_ms", values, check="tradier", kind="http")


def drawn(
    windows: list[Window], of: Check | None = None, parameters: Mapping[str, str] | None = None
) -> list[Plot]:
    shown = parse_range(parameters or {"range": "1h"}, NOW)
    return list(check_plots(of or check(), shown, windows, NOW))


def known(values: Any) -> list[float]:
    return [value for value in values if value is not None]


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("http", {"range": "1h"}, "No response times in the last 1 h."),
        ("heartbeat", {"range": "1h"}, "also pings /start"),
        ("http", {"range": "custom", "from": "2020-01-01", "to": "2020-01-02"}, "Choose another"),
    ],
)
def test_an_empty_chart_says_why(kind: str, parameters: dict[str, str], words: str) -> None:
    (plot,) = drawn([], check(kind), parameters)
    assert words in plot.empty
    assert words in plot.summary


def test_phases_stand_on_each_other_in_the_order_in_which_they_come() -> None:
    windows = [
        total({LATER: 60.0}),
        phase("first_byte", {STEP_BEFORE: 30.0, STEP: 40.0}),
        phase("connect", {STEP_BEFORE: 10.0, STEP: 15.0}),
        phase("dns", {STEP: 5.0}),
    ]
    whole, plot = drawn(windows)
    assert [line.label for line in whole.lines] == ["total"]
    assert (whole.step_ms, plot.step_ms) == (MINUTE_MS, 5 * MINUTE_MS)
    assert [line.label for line in plot.lines] == ["dns", "connect", "first byte"]
    assert [known(values) for values in heights(plot)] == [[5], [10, 20], [40, 60]]
    assert axis_top(plot) >= 60
    # What is told of a phase is its own.
    assert plot.lines[2].latest == f"40{NARROW_SPACE}ms"


def test_without_phases_only_the_whole_time_is_shown() -> None:
    (plot,) = drawn([total({EARLIER: 12.0})])
    assert [line.label for line in plot.lines] == ["total"]
    assert not plot.stacked


def test_the_chart_of_phases_stays_where_a_range_has_none() -> None:
    """The page changes its charts with the range, not their number."""
    _, plot = drawn([total({LATER: 12.0}), phase("connect", {})])
    assert plot.lines == []
    assert "No response times in the last 1 h." in plot.empty


def test_limits_of_the_check_are_drawn() -> None:
    (plot,) = drawn([total({LATER: 12.0})], check(degraded_ms=500, down_ms=0))
    assert [(limit.value, limit.state) for limit in plot.limits] == [(500, "warning")]


def test_a_certificate_has_a_chart_of_its_own() -> None:
    days = gauge_window("tls_days_remaining", {LATER: 41.0}, check="tradier", kind="http")
    _, plot = drawn([total({LATER: 12.0}), days])
    assert (plot.key, plot.unit, [limit.value for limit in plot.limits]) == (
        "certificate",
        "d",
        [14],
    )


def test_runs_of_a_job_are_told_in_seconds() -> None:
    (plot,) = drawn([total({LATER: 90_000.0})], check("heartbeat"))
    assert plot.lines[0].latest == f"1{NARROW_SPACE}min"


@pytest.mark.parametrize(
    ("interval_seconds", "step_ms"), [(1, 10_000), (45, 60_000), (300, 300_000)]
)
def test_steps_are_not_finer_than_the_probes(interval_seconds: int, step_ms: int) -> None:
    rare = check()
    rare.interval_seconds = interval_seconds
    (plot,) = drawn([], rare)
    assert plot.step_ms == step_ms
