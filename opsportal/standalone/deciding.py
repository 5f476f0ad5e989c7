"""Whether people are told, and of what: pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from opsportal.standalone.verdict import State


class Reason(StrEnum):
    BEGAN = "began"
    CHANGED = "changed"
    REPEATED = "repeated"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Told:
    """What a channel last heard, when, and since when there was trouble. Times are in seconds since
    the epoch."""

    state: State
    at: float
    since: float


@dataclass(frozen=True, slots=True)
class Episode:
    """Since when it is in which state."""

    state: State = State.OK
    since: float = 0.0


def next_episode(before: Episode | None, state: State, now: float) -> Episode:
    if before is not None and before.state == state:
        return before
    return Episode(state, now)


def reason_to_tell(
    told: Told | None, state: State, now: float, repeat_seconds: float
) -> Reason | None:
    """`told` is None where a channel has not heard of a trouble, or has heard that it is over."""
    if told is None or told.state == State.OK:
        return None if state == State.OK else Reason.BEGAN
    if state == State.OK:
        return Reason.RECOVERED
    if state != told.state:
        return Reason.CHANGED
    # A clock that was set back must not silence it for ever.
    is_due = now - told.at >= repeat_seconds or now < told.at
    return Reason.REPEATED if repeat_seconds and is_due else None
