"""What the range shown is compared with."""

from collections.abc import Callable

import pytest

from opsportal.dashboard.before import WEEK_MS, Before, before_of, change_text
from opsportal.dashboard.drawings import draw
from opsportal.dashboard.plots import plots
from opsportal.dashboard.ranges import HOUR_MS, parse_range
from opsportal.dashboard.reading import Reading
from tests.dashboard.conftest import by_metric
from tests.dashboard.readings import NOW_MS, gauge_window

SPACE = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(("key", "weeks"), [("1h", 1), ("7d", 1), ("30d", 5)])
def test_whole_weeks_before_that_do_not_overlap(key: str, weeks: int) -> None:
    before = before_of(parse_range({"range": key}, NOW_MS), {})
    assert before.shift_ms == weeks * WEEK_MS
    assert not before.drawn


def test_nothing_is_said_of_what_was_not_measured() -> None:
    assert change_text(5.0, None) == change_text(None, 5.0) == change_text(5.0, 0.0) == ""
    assert change_text(96.0, 100.0) == f"\N{MINUS SIGN}4{SPACE}%"
    assert change_text(100.2, 100.0) == f"0{SPACE}%"


def test_the_line_of_last_week_lies_behind_that_of_now(
    make_reading: Callable[..., Reading],
) -> None:
    start_ms = NOW_MS - HOUR_MS
    now = gauge_window("memory_percent", {start_ms: 50.0}, host="web-1")
    then = gauge_window("memory_percent", {start_ms - WEEK_MS: 40.0}, host="web-1")
    reading = make_reading(
        windows=[now], before=Before(WEEK_MS, drawn=True), windows_before=by_metric([then])
    )
    plot = next(plot for plot in plots(reading) if plot.key == "memory")
    assert plot.lines[0].values[0] == 50.0
    assert plot.lines[0].before[0] == 40.0
    # Of last week five minutes are the finest that is kept.
    assert plot.before_step_ms == 300_000
    assert plot.before_start_ms <= plot.start_ms
    assert len(draw(plot).before) == 1
