"""How a component is, from how its checks are: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from monitoring.models import CheckStatus


class State(StrEnum):
    """The worst last, but for what is not known."""

    UNKNOWN = "unknown"
    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    DOWN = "down"


WORDS = {
    State.UNKNOWN: "Not monitored",
    State.OPERATIONAL: "Operational",
    State.MAINTENANCE: "Maintenance",
    State.DEGRADED: "Degraded",
    State.DOWN: "Outage",
}
_RANK = {state: rank for rank, state in enumerate(State)}
_OF_CHECK = {
    CheckStatus.UP: State.OPERATIONAL,
    CheckStatus.DEGRADED: State.DEGRADED,
    CheckStatus.DOWN: State.DOWN,
}
_OF_IMPACT = {"minor": State.DEGRADED, "major": State.DEGRADED, "critical": State.DOWN}


def component_state(
    statuses: Iterable[str], impacts: Collection[str] = (), is_maintained: bool = False
) -> State:
    """Of its checks' `statuses` and the `impacts` of open incidents. Planned work explains what the
    checks find; what people say of an incident counts beside it."""
    found = [of_check(status) for status in statuses]
    if is_maintained:
        found = [State.MAINTENANCE]
    return worst([*found, *(_OF_IMPACT[impact] for impact in impacts)])


def of_check(status: str | None) -> State:
    return _OF_CHECK.get(CheckStatus(status), State.UNKNOWN) if status else State.UNKNOWN


def worst(states: Iterable[State]) -> State:
    return max(states, key=_RANK.__getitem__, default=State.UNKNOWN)


def headline(states: Sequence[State]) -> str:
    """The sentence at the top."""
    down = sum(state is State.DOWN for state in states)
    match worst(states):
        case State.DOWN if down == len(states):
            return "Major outage"
        case State.DOWN:
            return "Partial outage"
        case State.DEGRADED:
            return "Degraded performance"
        case State.MAINTENANCE:
            return "Maintenance under way"
        case State.OPERATIONAL:
            return "All systems operational"
    return "No information yet"
