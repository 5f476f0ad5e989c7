"""What every kind of channel is made of: its settings, one way to send, and two ways to fail."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from alerts.message import Message
from opsportal.lib.kinds import Configured

# The whole of a send, however many requests it takes.
TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the receiver has taken it. `answer` is its own words, for people; `data`, in JSON's
    types, is what a later message needs to find this one."""

    answer: str
    data: Mapping[str, Any] = field(default_factory=dict)


class DeliveryError(Exception):
    """Not taken, and why; str() is for people and holds no secret."""


class TemporaryError(DeliveryError):
    """Worth another try, not before the receiver says so."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class PermanentError(DeliveryError):
    """Another try would get the same answer: somebody has to change the settings."""


class ChannelKind(Configured):
    """`tells_groups`: one message may tell of many alerts; else each alert has its own.
    `max_per_minute` is for where the channel itself does not say. `shows_recent`: it draws an
    item's recent values, which cost a look into the store. `follows_up`: it refers to what it has
    told before."""

    tells_groups: ClassVar[bool] = True
    max_per_minute: ClassVar[int] = 60
    shows_recent: ClassVar[bool] = True
    follows_up: ClassVar[bool] = False

    @abstractmethod
    def send(self, message: Message) -> Receipt:
        """Within TIMEOUT_SECONDS. Raises DeliveryError; nothing else of what a network does."""
