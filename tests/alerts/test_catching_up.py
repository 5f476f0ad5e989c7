"""What crossed a threshold while no worker lived is told when one does again."""

from __future__ import annotations

import pytest

from alerts.catching_up import LONGEST_MS, MOST_STEPS, catch_up, missed, note
from alerts.engine import evaluate_all
from alerts.models import Alert, Delivery
from monitoring import store
from tests.alerts.watched_host import MINUTE_MS, START_MS, channel, route, threshold


def measured(value: float, second: float, host: str = "web-1") -> None:
    """Recorded, and evaluated by nobody."""
    time_ms = START_MS + int(second * 1000)
    store.record([store.Point("cpu_percent", {"host": host}, time_ms, value)], now_ms=time_ms)


@pytest.mark.parametrize(
    ("until_ms", "count"),
    [
        (None, 0),
        (START_MS - 10_000, 0),
        (START_MS - 24_999, 0),
        (START_MS + 60_000, 0),
        (START_MS - 2 * MINUTE_MS, 11),
        (START_MS - 30 * 86_400_000, MOST_STEPS - 1),
    ],
)
def test_only_what_was_missed_is_looked_at_and_not_for_ever(
    until_ms: int | None, count: int
) -> None:
    moments = missed(until_ms, START_MS)
    assert len(moments) == count
    assert all(START_MS - LONGEST_MS <= each < START_MS for each in moments)


@pytest.mark.django_db
def test_a_value_that_came_and_went_meanwhile_is_told() -> None:
    route(channel())
    threshold()
    note(START_MS)
    measured(95, 20)
    now_ms = START_MS + 5 * MINUTE_MS
    evaluate_all(now_ms)
    assert not Alert.objects.exists()
    catch_up(now_ms)
    evaluate_all(now_ms)
    (alert,) = Alert.objects.all()
    assert (alert.state, alert.value) == ("firing", 95)
    assert START_MS + 20_000 <= (alert.fired_ms or 0) <= START_MS + 90_000
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_what_came_later_is_not_held_against_earlier_moments() -> None:
    threshold(for_seconds=120)
    note(START_MS)
    measured(10, 5)
    measured(95, 295)
    now_ms = START_MS + 5 * MINUTE_MS
    catch_up(now_ms)
    evaluate_all(now_ms)
    assert [each.state for each in Alert.objects.all()] == ["pending"]


@pytest.mark.django_db
def test_that_nothing_came_while_nobody_recorded_is_no_alert() -> None:
    threshold("Silent", kind="no_data")
    threshold("Absent", aggregation="absent", value=0)
    threshold("Gone", no_data="alert")
    measured(10, -5)
    note(START_MS)
    now_ms = START_MS + 10 * MINUTE_MS
    measured(10, 599)
    catch_up(now_ms)
    evaluate_all(now_ms)
    assert not Alert.objects.filter(state="firing").exists()


def check(value: float, second: float) -> None:
    time_ms = START_MS + int(second * 1000)
    store.record([store.Point("check_up", {"check": "shop"}, time_ms, value)], now_ms=time_ms)


@pytest.mark.django_db
def test_a_check_that_came_back_within_a_few_seconds_is_not_held_to_be_down_still() -> None:
    threshold("Check down", metric="check_up", comparison="<", value=1, window_seconds=300)
    note(START_MS)
    for second, value in ((15, 0), (18, 1), (100, 1)):
        check(value, second)
    catch_up(START_MS + 40_000)
    assert not Alert.objects.exists()


@pytest.mark.django_db
def test_what_was_judged_at_once_is_not_told_again() -> None:
    """A sweep was missed, points were not: the evaluator has them at once."""
    threshold("Check down", metric="check_up", comparison="<", value=1, window_seconds=300)
    note(START_MS)
    for second, value in ((12, 0), (38, 1)):
        check(value, second)
        evaluate_all(START_MS + int(second * 1000))
    catch_up(START_MS + 60_000)
    (alert,) = Alert.objects.all()
    assert (alert.state, alert.resolved_ms) == ("resolved", START_MS + 38_000)
