"""What turns a check down and up again."""

from itertools import pairwise

import pytest

from monitoring.models import CheckStatus
from monitoring.probes.base import Status
from monitoring.verdicts import (
    HOUR_MS,
    Policy,
    Standing,
    Surroundings,
    Verdict,
    Why,
    flapping_since_ms,
    judge,
    would_turn_down,
)

TWO_RETRIES = Policy(retries=2, successes_to_recover=2)
UP = Standing(CheckStatus.UP, since_ms=0, successes=9)
DOWN = Standing(CheckStatus.DOWN, since_ms=0, failures=3, failing_since_ms=0)
CLEAR = Surroundings.CLEAR


def after(
    standing: Standing, *results: Status, policy: Policy = TWO_RETRIES, around: Surroundings = CLEAR
) -> list[Verdict]:
    verdicts = []
    for now_ms, result in enumerate(results, 1):
        verdicts.append(judge(standing, result, policy, around, now_ms))
        standing = verdicts[-1].standing
    return verdicts


def test_a_check_turns_down_only_after_its_retries() -> None:
    first, second, third = after(UP, Status.DOWN, Status.DOWN, Status.DOWN)
    assert [each.why for each in (first, second, third)] == [
        Why.RETRYING,
        Why.RETRYING,
        Why.CONFIRMED,
    ]
    assert first.standing.status == second.standing.status == CheckStatus.UP
    assert third.standing.status == CheckStatus.DOWN
    assert third.standing.since_ms == 3
    assert third.standing.failing_since_ms == 1


def test_a_failure_is_tried_again_soon_and_a_settled_one_at_its_interval() -> None:
    soon = [each.again_soon for each in after(UP, *[Status.DOWN] * 4)]
    assert soon == [True, True, False, False]


def test_one_success_among_failures_begins_the_count_anew() -> None:
    verdicts = after(UP, Status.DOWN, Status.DOWN, Status.UP, Status.DOWN, Status.DOWN)
    assert {each.standing.status for each in verdicts} == {CheckStatus.UP}


def test_without_retries_the_first_failure_counts() -> None:
    (verdict,) = after(UP, Status.DOWN, policy=Policy(0, 1))
    assert verdict.standing.status == CheckStatus.DOWN


def test_a_check_turns_up_only_after_enough_successes() -> None:
    first, second = after(DOWN, Status.UP, Status.UP)
    assert (first.why, first.standing.status, first.again_soon) == (
        Why.RECOVERING,
        CheckStatus.DOWN,
        True,
    )
    assert (second.why, second.standing.status) == (Why.RECOVERED, CheckStatus.UP)


def test_degraded_is_said_at_once_and_counts_as_an_answer() -> None:
    (verdict,) = after(UP, Status.DEGRADED)
    assert verdict.standing.status == CheckStatus.DEGRADED
    assert after(DOWN, Status.DEGRADED, Status.DEGRADED)[1].why is Why.RECOVERED


def test_a_new_check_is_what_its_first_answer_says() -> None:
    new = Standing(CheckStatus.NEW, since_ms=0)
    (verdict,) = after(new, Status.UP)
    assert (verdict.why, verdict.standing.status) == (Why.FIRST, CheckStatus.UP)


@pytest.mark.parametrize(
    ("around", "why"),
    [(Surroundings.PARENT_DOWN, Why.PARENT_DOWN), (Surroundings.BLIND, Why.BLIND)],
)
@pytest.mark.parametrize("before", [UP, DOWN], ids=["up", "down"])
def test_a_failure_that_is_not_its_own_makes_it_unknown(
    around: Surroundings, why: Why, before: Standing
) -> None:
    (verdict,) = after(before, Status.DOWN, around=around)
    assert (verdict.standing.status, verdict.why) == (CheckStatus.UNKNOWN, why)


@pytest.mark.parametrize("around", [Surroundings.PARENT_FAILING, Surroundings.UNSURE])
def test_a_verdict_waits_until_it_is_known_whose_failure_it_is(around: Surroundings) -> None:
    verdicts = after(UP, *[Status.DOWN] * 5, around=around)
    assert {each.standing.status for each in verdicts} == {CheckStatus.UP}
    assert all(each.again_soon for each in verdicts)


def test_surroundings_matter_only_where_the_check_would_turn_down() -> None:
    verdicts = after(UP, Status.DOWN, Status.DOWN)
    assert not would_turn_down(UP, Status.DOWN, TWO_RETRIES)
    assert would_turn_down(verdicts[-1].standing, Status.DOWN, TWO_RETRIES)
    assert not would_turn_down(verdicts[-1].standing, Status.UP, TWO_RETRIES)


def test_six_turns_in_an_hour_are_flapping_until_an_hour_has_less_than_three() -> None:
    turns = [minute * 60_000 for minute in range(6)]
    now = turns[-1]
    assert flapping_since_ms(None, turns[:5], now) is None
    since = flapping_since_ms(None, turns, now)
    assert since == now
    assert flapping_since_ms(since, turns, HOUR_MS + 150_000) == since
    assert flapping_since_ms(since, turns, HOUR_MS + 200_000) is None


def test_flapping_is_said_once() -> None:
    turns = [minute * 60_000 for minute in range(30)]
    since: int | None = None
    told = []
    for now in turns:
        since = flapping_since_ms(since, turns, now)
        told.append(since)
    assert sum(before != after for before, after in pairwise(told)) == 1
