"""Which backups stay, and why."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backups.retention import DAY_MS, HOUR_MS, Decision, Kept, Policy, decide, stopped

NOW_MS = 1_795_435_200_000  # Monday, 23 November 2026, noon


def daily(count: int, first_age_days: float = 0.1, verified: bool = True) -> list[Kept]:
    """The newest is number 0."""
    return [
        Kept(n, NOW_MS - int((n + first_age_days) * DAY_MS), is_verified=verified)
        for n in range(count)
    ]


def kept(backups: list[Kept], policy: Policy, now_ms: int = NOW_MS) -> list[int]:
    return [each.id for each in decide(backups, policy, now_ms) if each.is_kept]


def reason(decisions: list[Decision], number: int) -> str:
    return next(each.reason for each in decisions if each.id == number)


def test_old_ones_stay_while_no_newer_one_is_verified() -> None:
    backups = [*daily(5, verified=False), Kept(9, NOW_MS - 20 * DAY_MS, is_verified=True)]
    assert 9 in kept(backups, Policy(keep_days=3))


def test_the_last_verified_one_stays_however_old_it_is() -> None:
    backups = [Kept(1, NOW_MS - 400 * DAY_MS, True), Kept(2, NOW_MS - 500 * DAY_MS, True)]
    decisions = decide(backups, Policy(), NOW_MS)
    assert reason(decisions, 1) == "kept: the last verified one"
    assert reason(decisions, 2) == "goes: older than 7 days"


def test_unproved_ones_that_are_old_stay_until_one_is_proved() -> None:
    assert len(kept(daily(20, verified=False), Policy(keep_days=7))) == 20
    assert len(kept(daily(20, verified=False), Policy(keep_days=7, wants_proof=False))) == 7


def test_nothing_younger_than_a_day_goes() -> None:
    backups = [Kept(n, NOW_MS - n * HOUR_MS, True) for n in range(24)]
    assert len(kept(backups, Policy(keep_days=1))) == 24


def test_pinned_ones_stay() -> None:
    backups = [*daily(2), Kept(9, NOW_MS - 900 * DAY_MS, True, is_pinned=True)]
    assert reason(decide(backups, Policy(), NOW_MS), 9) == "kept: pinned"


def test_seven_days_by_default() -> None:
    assert kept(daily(30), Policy()) == list(range(7))


def test_the_newest_of_weeks_months_and_years_stay_with_their_reason() -> None:
    decisions = decide(daily(800), Policy(weekly=4, monthly=6, yearly=3), NOW_MS)
    reasons = [each.reason for each in decisions if each.is_kept]
    assert reasons.count("kept: younger than 7 days") == 6  # and one than a day
    assert reasons.count("kept: newest of the week") == 2  # younger ones stay of the others
    assert reasons.count("kept: newest of the month") >= 3
    assert reasons.count("kept: newest of the year") == 2


def test_a_clock_that_was_set_forward_deletes_nothing() -> None:
    policy, later_ms = Policy(), NOW_MS + 30 * DAY_MS
    decisions = decide(daily(7), policy, later_ms)
    assert any(not each.is_kept for each in decisions)
    assert "older than 7 days" in stopped(daily(7), decisions, policy, later_ms)


def test_a_clock_that_was_set_back_deletes_nothing() -> None:
    backups = [*daily(20), Kept(99, NOW_MS + 2 * DAY_MS, True)]
    decisions = decide(backups, Policy(), NOW_MS)
    assert "of the future" in stopped(backups, decisions, Policy(), NOW_MS)


def test_a_setting_that_would_delete_most_of_them_at_once_deletes_nothing() -> None:
    policy = Policy(keep_days=1)
    decisions = decide(daily(30), policy, NOW_MS)
    assert "29 of 30 backups" in stopped(daily(30), decisions, policy, NOW_MS)


def test_a_day_as_any_other_is_not_stopped() -> None:
    decisions = decide(daily(8), Policy(), NOW_MS)
    assert [each.id for each in decisions if not each.is_kept] == [7]
    assert stopped(daily(8), decisions, Policy(), NOW_MS) == ""


BACKUPS = st.lists(
    st.builds(
        Kept,
        id=st.integers(0, 10_000),
        time_ms=st.integers(NOW_MS - 900 * DAY_MS, NOW_MS),
        is_verified=st.booleans(),
        is_pinned=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda each: each.id,
)
POLICIES = st.builds(
    Policy,
    keep_days=st.integers(1, 60),
    daily=st.integers(0, 10),
    weekly=st.integers(0, 10),
    monthly=st.integers(0, 12),
    yearly=st.integers(0, 5),
    wants_proof=st.booleans(),
)


@given(BACKUPS, POLICIES)
def test_of_whatever_there_is_the_newest_and_the_last_verified_one_stay(
    backups: list[Kept], policy: Policy
) -> None:
    decisions = decide(backups, policy, NOW_MS)
    assert {each.id for each in decisions} == {each.id for each in backups}
    assert all(each.reason for each in decisions)
    staying = {each.id for each in decisions if each.is_kept}
    if backups:
        newest = max(backups, key=lambda each: (each.time_ms, each.id))
        assert newest.id in staying
    verified = [each for each in backups if each.is_verified]
    if verified:
        assert max(verified, key=lambda each: (each.time_ms, each.id)).id in staying
