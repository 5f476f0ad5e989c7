"""The sentence of truth: what somebody with ten seconds reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opsportal.dashboard.states import State

SHOWN = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """`text` continues the sentence: it starts with a small letter and ends without a stop."""

    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """`lead` is coloured by `state`, `text` is not."""

    state: State
    lead: str
    text: str

    def __str__(self) -> str:
        return f"{self.lead} {self.text}".strip()


def sentence(problems: Sequence[Problem], waiting: bool) -> Sentence:
    """What is wrong, the worst first; `waiting` when there is nothing yet to judge by."""
    critical = [problem for problem in problems if problem.state == State.CRITICAL]
    warnings = [problem for problem in problems if problem.state == State.WARNING]
    if critical:
        lead = _count(len(critical), "critical problem")
        return Sentence(State.CRITICAL, lead, _listed(critical, warnings))
    if warnings:
        return Sentence(State.WARNING, _count(len(warnings), "warning"), _listed(warnings, []))
    if waiting:
        return Sentence(State.UNKNOWN, "", "Waiting for the first data")
    return Sentence(State.NORMAL, "", "All systems normal")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}:"


def _listed(problems: Sequence[Problem], lesser: Sequence[Problem]) -> str:
    texts = [problem.text for problem in problems[:SHOWN]]
    hidden = len(problems) - len(texts)
    rest = [f"{hidden} more"] if hidden else []
    if lesser:
        rest.append(_count(len(lesser), "warning").rstrip(":"))
    return "; ".join(texts) + (f"; and {' and '.join(rest)}" if rest else "")
