"""A step's outcome, in the words that the operator reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    DONE = "done"
    ALREADY = "already so"
    TODO = "to do"


@dataclass(frozen=True, slots=True)
class Report:
    outcome: Outcome
    text: str


class SetupError(Exception):
    """The step cannot be done; the message says what the operator can do about it."""
