"""Judging values by limits."""

import pytest

from opsportal.dashboard.states import (
    LATE,
    LATE_AFTER_SECONDS,
    NO_DATA,
    NORMAL,
    State,
    judge,
    judge_fresh,
)
from tests.dashboard.readings import DEFAULT_LIMITS


def test_no_value_is_never_normal() -> None:
    assert judge(None, ()) == NO_DATA
    assert judge_fresh(None, (), None) == NO_DATA
    assert NO_DATA.state is not State.NORMAL


def test_an_old_value_is_late_even_when_it_was_good() -> None:
    assert judge_fresh(1.0, DEFAULT_LIMITS["cpu_percent"], LATE_AFTER_SECONDS + 1) == LATE
    assert judge_fresh(1.0, DEFAULT_LIMITS["cpu_percent"], LATE_AFTER_SECONDS) == NORMAL


@pytest.mark.parametrize(
    ("metric", "value", "state", "word"),
    [
        ("cpu_percent", 90, State.NORMAL, "Normal"),
        ("cpu_percent", 90.1, State.WARNING, "High"),
        ("memory_percent", 91, State.WARNING, "High"),
        ("disk_percent", 85, State.NORMAL, "Normal"),
        ("disk_percent", 86, State.WARNING, "High"),
        ("disk_percent", 96, State.CRITICAL, "Critical"),
        ("http_error_rate_percent", 5.1, State.CRITICAL, "Critical"),
        ("http_response_time_ms", 1001, State.WARNING, "High"),
    ],
)
def test_the_worst_limit_crossed_gives_the_state(
    metric: str, value: float, state: State, word: str
) -> None:
    verdict = judge(value, DEFAULT_LIMITS[metric])
    assert (verdict.state, verdict.word) == (state, word)
