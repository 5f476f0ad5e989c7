"""What is taken back, and why."""

import pytest

from opsportal.deployment.plan import (
    Migration,
    Reason,
    Step,
    Undo,
    differing_variables,
    releases_to_remove,
    undo_of,
)

FIRST, SECOND = Migration("app.0002"), Migration("app.0003")


@pytest.mark.parametrize(
    "step", [Step.BACK_UP, Step.FETCH, Step.CHECK_OUT, Step.INSTALL, Step.COPY]
)
def test_before_the_migrations_there_is_nothing_to_take_back(step: Step) -> None:
    assert undo_of(step, [FIRST], []) == Undo(False, False, Reason.NOTHING_CHANGED)


def test_a_database_that_was_migrated_half_way_is_restored() -> None:
    undo = undo_of(Step.MIGRATE, [FIRST, SECOND], ["app.0002"])
    assert undo == Undo(False, True, Reason.MIGRATED_HALF_WAY)


def test_a_first_migration_that_failed_whole_leaves_nothing_to_restore() -> None:
    undo = undo_of(Step.MIGRATE, [FIRST, SECOND], [])
    assert undo == Undo(False, False, Reason.MIGRATION_LEFT_NOTHING)


def test_a_migration_without_a_transaction_may_have_left_half_of_itself() -> None:
    undo = undo_of(Step.MIGRATE, [Migration("app.0002", is_atomic=False)], [])
    assert undo == Undo(False, True, Reason.MIGRATED_HALF_WAY)


def test_all_recorded_and_a_failure_all_the_same_is_not_believed() -> None:
    """Such as a signal after the last migration that failed."""
    undo = undo_of(Step.MIGRATE, [FIRST], ["app.0002"])
    assert undo == Undo(False, True, Reason.MIGRATED_HALF_WAY)


@pytest.mark.parametrize("step", [Step.SET_UP, Step.TRY, Step.READINESS])
def test_whole_migrations_stay_for_what_was_written_since_is_worth_more(step: Step) -> None:
    undo = undo_of(step, [FIRST], ["app.0002"])
    assert undo.reason == Reason.MIGRATED_WHOLLY
    assert not undo.restores


def test_only_what_was_switched_is_switched_back() -> None:
    switched = {step for step in Step if undo_of(step, [], []).switches_back}
    assert switched == {Step.SWITCH, Step.RELOAD, Step.READINESS}


def test_releases_in_use_stay_however_old() -> None:
    names = ["e", "d", "c", "b", "a"]
    assert releases_to_remove(names, in_use=["a"]) == ["b"]
    assert releases_to_remove(names[:3], in_use=[]) == []


def test_another_database_than_the_portals_is_noticed() -> None:
    running = {"DATABASE_URL": "postgresql://a", "PORT": "1"}
    assert differing_variables(running, {}, ["DATABASE_URL"]) == ["DATABASE_URL"]
    assert differing_variables({}, {"REDIS_URL_FILE": "x"}, ["REDIS_URL"]) == ["REDIS_URL_FILE"]
    assert differing_variables(running, running, ["DATABASE_URL"]) == []
