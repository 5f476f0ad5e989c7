"""What a look at a part finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    ADVICE = "advice"  # works, and should not stay so
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` says what the operator can do; empty where nothing is to be done."""

    state: State
    text: str
    mend: str = ""


Examine = Callable[[], Iterable[Finding]]


def ok(text: str) -> Finding:
    return Finding(State.OK, text)


def advice(text: str, mend: str) -> Finding:
    return Finding(State.ADVICE, text, mend)


def wrong(text: str, mend: str) -> Finding:
    return Finding(State.WRONG, text, mend)


def graded(value: float, advised: float, allowed: float, text: str, mend: str) -> Finding:
    """Pure: fine up to `advised`, wrong above `allowed`."""
    if value > allowed:
        return wrong(text, mend)
    return advice(text, mend) if value > advised else ok(text)
