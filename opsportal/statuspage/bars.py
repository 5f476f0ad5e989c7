"""The bar of a component: a cell for each day, and the same in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsportal.statuspage.states import WORDS, State

WIDTH, HEIGHT = 4, 30
# The worse the higher, so that a bar is read without seeing colours as well.
_TOPS = {
    State.UNKNOWN: 24,
    State.MAINTENANCE: 15,
    State.OPERATIONAL: 10,
    State.DEGRADED: 5,
    State.DOWN: 0,
}
_TOLD = {
    State.DOWN: "with an outage",
    State.DEGRADED: "degraded",
    State.MAINTENANCE: "of maintenance",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """In a box of HEIGHT; `told` is empty where all was well."""

    x: int
    y: int
    height: int
    state: State
    told: str


def cells(days: Sequence[State], until: datetime) -> Iterator[Cell]:
    """Of `days`, the last of which ends at `until`."""
    for number, state in enumerate(days):
        end = until - timedelta(days=len(days) - 1 - number)
        told = (
            ""
            if state not in _TOLD
            else f"{WORDS[state]} in the day until {end.day} {end:%b %H:%M} UTC"
        )
        yield Cell(number * WIDTH, _TOPS[state], HEIGHT - _TOPS[state], state, told)


def in_words(days: Sequence[State]) -> str:
    """Such as "1 day with an outage, 2 days degraded"; empty where there was none of it."""
    counts = {state: sum(day is state for day in days) for state in _TOLD}
    return ", ".join(
        f"{count} {'day' if count == 1 else 'days'} {_TOLD[state]}"
        for state, count in counts.items()
        if count
    )
