"""A thing that is asked for: its questions, the live test of the answers, and keeping them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Question:
    """The answer to a secret one is not echoed. One that is optional may be left empty."""

    name: str
    text: str
    is_secret: bool = False
    is_optional: bool = False


class RefusedError(Exception):
    """The live test failed; in words for people, without a secret."""


class Topic(ABC):
    """The first question left empty skips it."""

    title: ClassVar[str]
    questions: ClassVar[tuple[Question, ...]]

    @abstractmethod
    def already(self) -> str:
        """What is there, in words; then nothing is asked. Empty: ask."""

    @abstractmethod
    def test(self, answers: Mapping[str, str]) -> str:
        """What the other side said. Raises RefusedError, SettingsError."""

    @abstractmethod
    def keep(self, answers: Mapping[str, str]) -> str:
        """Encrypts what is secret; what was made, in words. Raises SettingsError."""
