"""What a channel of the monitor can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

TIMEOUT_SECONDS = 10.0


class NotTakenError(Exception):
    """Why, in words without a secret. It is told again with the next look."""


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` is the same when the same thing is told again, so that receivers may drop it."""

    subject: str
    text: str
    key: str


class Channel(ABC):
    name: ClassVar[str]

    @abstractmethod
    def tell(self, notice: Notice) -> None:
        """Raises NotTakenError."""
