"""Judges values: pure, and never takes the absence of data for health."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The colour of a thing. Ordered from best to worst by RANK."""

    NORMAL = "normal"
    UNKNOWN = "unknown"
    WARNING = "warning"
    CRITICAL = "critical"


RANK = {state: rank for rank, state in enumerate(State)}

# Vitals come every 10 s; three missed in a row are no accident.
LATE_AFTER_SECONDS = 45


@dataclass(frozen=True, slots=True)
class Limit:
    """Above `value` the state is `state`."""

    value: float
    state: State


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state with the word that says it, for those who cannot see its colour."""

    state: State
    word: str
    limit: float | None = None


NORMAL = Verdict(State.NORMAL, "Normal")
NO_DATA = Verdict(State.UNKNOWN, "No data yet")
NO_REQUESTS = Verdict(State.UNKNOWN, "No requests")
LATE = Verdict(State.WARNING, "Late")
_WORDS = {State.WARNING: "High", State.CRITICAL: "Critical"}


def judge(value: float | None, limits: Sequence[Limit]) -> Verdict:
    """The worst limit that `value` is above; no value is unknown."""
    if value is None:
        return NO_DATA
    crossed = [limit for limit in limits if value > limit.value]
    if not crossed:
        return NORMAL
    worst = max(crossed, key=lambda limit: RANK[limit.state])
    return Verdict(worst.state, _WORDS[worst.state], worst.value)


def judge_fresh(value: float | None, limits: Sequence[Limit], age_seconds: float | None) -> Verdict:
    """As `judge`, but a value that is older than LATE_AFTER_SECONDS is late, whatever it was."""
    if value is None or age_seconds is None:
        return NO_DATA
    return LATE if age_seconds > LATE_AFTER_SECONDS else judge(value, limits)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; of none, no data."""
    return max(verdicts, key=lambda verdict: RANK[verdict.state], default=NO_DATA)
