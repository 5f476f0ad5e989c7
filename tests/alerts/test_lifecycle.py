"""The life of an alert, as a table and as properties of any sequence of findings and clocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.conditions.base import Finding, Judgement, Rule
from alerts.lifecycle import Episode, Why, advance

START_MS = 1_790_000_000_000
TRUE = Judgement(Finding.TRUE, 95.0, 90.0, "critical")
MILD = Judgement(Finding.TRUE, 92.0, 90.0, "warning")
FALSE = Judgement(Finding.FALSE, 10.0, 90.0)
NOTHING = Judgement(Finding.NO_DATA)
RULE = Rule("cpu_percent", severity="critical", for_seconds=60, keep_firing_seconds=30)
AT_ONCE = Rule("cpu_percent", severity="critical")


def lived(rule: Rule, *steps: tuple[int, Judgement]) -> list[Why]:
    episode, whys = None, []
    for second, judgement in steps:
        step = advance(episode, judgement, rule, START_MS + second * 1000)
        episode = step.episode
        whys.append(step.why)
    return whys


@pytest.mark.parametrize(
    ("rule", "steps", "expected"),
    [
        (AT_ONCE, [(0, FALSE)], [Why.QUIET]),
        (AT_ONCE, [(0, NOTHING)], [Why.QUIET]),
        (AT_ONCE, [(0, TRUE), (10, TRUE), (20, FALSE)], [Why.FIRED, Why.STILL, Why.RECOVERED]),
        (AT_ONCE, [(0, MILD), (10, TRUE), (20, MILD)], [Why.FIRED, Why.WORSE, Why.BETTER]),
        (AT_ONCE, [(0, TRUE), (10, NOTHING)], [Why.FIRED, Why.UNSEEN]),
        (RULE, [(0, TRUE), (30, FALSE)], [Why.STARTED, Why.PASSED]),
        (RULE, [(0, TRUE), (59, TRUE), (60, TRUE)], [Why.STARTED, Why.WAITING, Why.FIRED]),
        (
            RULE,
            [(0, TRUE), (60, TRUE), (70, FALSE), (80, TRUE), (90, FALSE), (119, FALSE)],
            [Why.STARTED, Why.FIRED, Why.KEPT, Why.STILL, Why.KEPT, Why.KEPT],
        ),
        (
            RULE,
            [(0, TRUE), (60, TRUE), (70, FALSE), (100, FALSE)],
            [Why.STARTED, Why.FIRED, Why.KEPT, Why.RECOVERED],
        ),
        # A clock that is set back neither fires early nor keeps anything for ever.
        (RULE, [(100, TRUE), (50, TRUE), (110, TRUE)], [Why.STARTED, Why.WAITING, Why.FIRED]),
    ],
)
def test_an_alert_becomes(
    rule: Rule, steps: list[tuple[int, Judgement]], expected: list[Why]
) -> None:
    assert lived(rule, *steps) == expected


@pytest.mark.parametrize(
    ("meaning", "why"), [("alert", Why.FIRED), ("ok", Why.QUIET), ("keep", Why.QUIET)]
)
def test_no_data_means_what_the_threshold_says(meaning: str, why: Why) -> None:
    assert lived(Rule("cpu_percent", no_data=meaning), (0, NOTHING)) == [why]


def test_no_data_that_counts_as_good_ends_an_alert() -> None:
    rule = Rule("cpu_percent", no_data="ok")
    assert lived(rule, (0, TRUE), (10, NOTHING)) == [Why.FIRED, Why.RECOVERED]


RULES = st.builds(
    Rule,
    st.just("cpu_percent"),
    for_seconds=st.integers(0, 100),
    keep_firing_seconds=st.integers(0, 100),
    no_data=st.sampled_from(["alert", "keep", "ok"]),
)
STEPS = st.lists(
    st.tuples(st.integers(-200, 200), st.sampled_from([TRUE, MILD, FALSE, NOTHING])), max_size=40
)


@given(RULES, STEPS)
def test_whatever_happens_it_fires_before_it_recovers_and_is_one_thing_at_a_time(
    rule: Rule, steps: list[tuple[int, Judgement]]
) -> None:
    episode: Episode | None = None
    now_ms, fired = START_MS, False
    for seconds, judgement in steps:
        now_ms += seconds * 1000
        step = advance(episode, judgement, rule, now_ms)
        if step.why is Why.FIRED:
            assert not fired
            fired = True
        if step.why is Why.RECOVERED:
            assert fired
            fired = False
        assert fired == (step.episode is not None and step.episode.state == "firing")
        if step.episode is None:
            assert episode is None or step.why in (Why.PASSED, Why.RECOVERED)
        episode = step.episode


@given(RULES, st.integers(-100, 100))
def test_good_for_long_enough_always_ends_it(rule: Rule, jump_seconds: int) -> None:
    episode = Episode("firing", START_MS, START_MS, None, "critical")
    now_ms = START_MS + jump_seconds * 1000
    first = advance(episode, FALSE, rule, now_ms)
    if first.episode is not None:
        now_ms += rule.keep_firing_seconds * 1000
        assert advance(first.episode, FALSE, rule, now_ms).why is Why.RECOVERED
