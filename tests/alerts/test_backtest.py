"""History replayed through the code that judges live."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts import backtest
from alerts.backtest import STEP_MS, replay, suggested_value
from alerts.conditions.base import Rule
from alerts.conditions.burn_rate import BurnRate
from alerts.conditions.limit import Limit
from monitoring.store import Bucket

START_MS = 1_795_435_200_000
RULE = Rule("cpu_percent", value=90, window_seconds=300, severity="critical")


def history(*values: float) -> list[Bucket]:
    return [
        Bucket(START_MS + number * STEP_MS, 1, value, value, value)
        for number, value in enumerate(values)
    ]


def end_ms(buckets: list[Bucket]) -> int:
    return START_MS + len(buckets) * STEP_MS


def test_without_history_nothing_is_said() -> None:
    assert replay(RULE, Limit(), [], START_MS, START_MS + 10 * STEP_MS).episodes == []
    assert suggested_value(RULE, Limit(), [[]], START_MS, START_MS + STEP_MS) is None


def test_episodes_have_their_time_and_their_peak() -> None:
    buckets = history(10, 95, 97, 10, 10, 99)
    found = replay(RULE, Limit(), buckets, START_MS, end_ms(buckets))
    assert [(e.fired_ms, e.ended_ms, e.peak) for e in found.episodes] == [
        (START_MS + STEP_MS, START_MS + 3 * STEP_MS, 97),
        (START_MS + 5 * STEP_MS, None, 99),
    ]
    assert found.total_ms(end_ms(buckets)) == 3 * STEP_MS
    assert found.longest_ms(end_ms(buckets)) == 2 * STEP_MS


def test_what_does_not_last_for_long_enough_would_not_have_fired() -> None:
    rule = Rule("cpu_percent", value=90, window_seconds=300, for_seconds=600)
    buckets = history(95, 95, 10, 95, 95, 95, 10)
    found = replay(rule, Limit(), buckets, START_MS, end_ms(buckets))
    assert [each.started_ms for each in found.episodes] == [START_MS + 3 * STEP_MS]


def test_a_change_is_seen_though_its_window_is_shorter_than_a_step() -> None:
    rule = Rule("disk_percent", aggregation="rate", window_seconds=60, value=0.1)
    buckets = history(10, 10, 70, 70, 70)
    found = replay(rule, Limit(), buckets, START_MS, end_ms(buckets))
    assert [each.peak for each in found.episodes] == [0.2]


def test_what_fires_by_now_is_seen_though_the_last_step_was_before_it() -> None:
    rule = Rule("http_response_time_ms", value=1000, severity="critical")
    condition = BurnRate()
    slow = history(*[10.0] * 100, *[5000.0] * 6)
    assert backtest.step_ms(rule, condition) > 6 * STEP_MS
    now_ms = end_ms(slow) - 1
    (found,) = replay(rule, condition, slow, START_MS, now_ms).episodes
    assert (found.fired_ms, found.ended_ms) == (now_ms, None)


def test_the_suggested_value_would_have_fired_once() -> None:
    buckets = history(10, 80, 10, 85, 10, 96.34, 10)
    value = suggested_value(RULE, Limit(), [buckets], START_MS, end_ms(buckets))
    assert value == 85
    below = Rule("tls_days_remaining", value=14, window_seconds=300, comparison="<")
    buckets = history(30, 7, 30, 3, 30)
    assert suggested_value(below, Limit(), [buckets], START_MS, end_ms(buckets)) == 7


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_it_never_fires_more_often_than_it_was_asked_to(values: list[int]) -> None:
    buckets = history(*map(float, values))
    value = suggested_value(RULE, Limit(), [buckets], START_MS, end_ms(buckets))
    assert value is not None
    calm = Rule("cpu_percent", value=value, window_seconds=300)
    assert len(replay(calm, Limit(), buckets, START_MS, end_ms(buckets)).episodes) <= 1
