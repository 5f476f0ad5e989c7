"""What a deployment does, and what it takes back when a step of it fails: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """In the order in which they are taken."""

    BACK_UP = "back up"
    FETCH = "fetch"
    CHECK_OUT = "check out"
    INSTALL = "install"
    EXAMINE = "examine"
    COPY = "copy the database"
    MIGRATE = "migrate"
    SET_UP = "set up"
    TRY = "try"
    SWITCH = "switch"
    RELOAD = "reload"
    READINESS = "wait for readiness"


@dataclass(frozen=True, slots=True)
class Migration:
    """`is_atomic`: all of it is applied or none, on a database that has transactions for that."""

    name: str
    is_atomic: bool = True


class Reason(StrEnum):
    NOTHING_CHANGED = "nothing was changed"
    MIGRATION_LEFT_NOTHING = "the migration that failed left nothing behind"
    MIGRATED_HALF_WAY = "the database was migrated half-way"
    MIGRATED_WHOLLY = "the database keeps its migrations, which were all applied"
    NO_MIGRATION = "the database was not migrated"


@dataclass(frozen=True, slots=True)
class Undo:
    """`switches_back`: link and processes; `restores`: the database, from the copy."""

    switches_back: bool
    restores: bool
    reason: Reason


def undo_of(failed: Step, pending: Sequence[Migration], applied: Sequence[str]) -> Undo:
    """`pending`: what was to be migrated; `applied`: those of them that are recorded now.

    A database that no release knows is restored. One that the new release knows is not: what was
    written meanwhile is worth more, and migrations have to leave the release before them working.
    """
    switches_back = _order(failed) >= _order(Step.SWITCH)
    if _order(failed) < _order(Step.MIGRATE):
        return Undo(False, False, Reason.NOTHING_CHANGED)
    if not pending:
        return Undo(switches_back, False, Reason.NO_MIGRATION)
    if failed != Step.MIGRATE:
        return Undo(switches_back, False, Reason.MIGRATED_WHOLLY)
    failing = next((each for each in pending if each.name not in applied), None)
    if not applied and (failing is None or failing.is_atomic):
        return Undo(False, False, Reason.MIGRATION_LEFT_NOTHING)
    return Undo(False, True, Reason.MIGRATED_HALF_WAY)


def releases_to_remove(
    names_newest_first: Sequence[str], in_use: Sequence[str], keep: int = 3
) -> list[str]:
    """Those in use stay however old they are: the running one, and the one that the supervisor
    itself was started from."""
    return [name for name in names_newest_first[keep:] if name not in in_use]


def differing_variables(
    running: dict[str, str], here: dict[str, str], names: Sequence[str]
) -> list[str]:
    """Which of `names` the running portal was started with, and this command was not, or the other
    way round: a deployment must not migrate another database than the portal's."""
    asked = [each for name in names for each in (name, f"{name}_FILE")]
    return [name for name in asked if running.get(name, "") != here.get(name, "")]


def _order(step: Step) -> int:
    return list(Step).index(step)
