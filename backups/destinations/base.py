"""What every kind of destination can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from backups.sources.base import Readable
from opsportal.lib.kinds import Configured


@dataclass(frozen=True, slots=True)
class Stored:
    """`modified_ms` is the destination's own clock."""

    key: str
    size_bytes: int
    modified_ms: int


class Upload(ABC):
    """An artifact on its way. Until `commit` returns, nothing is there under its final name."""

    # After `commit`: the destination itself has compared the checksum of what has arrived.
    is_compared = False

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Raises DestinationError."""

    @abstractmethod
    def commit(self) -> None:
        """Raises DestinationError; the destination's own checksum is compared where it has one."""

    @abstractmethod
    def abort(self) -> None:
        """Leaves nothing behind. Never raises."""


class Destination(Configured):
    """Keys are relative to its directory or prefix: nothing outside of that is ever touched."""

    @property
    @abstractmethod
    def place(self) -> str:
        """For people: which one it is, without a secret."""

    @abstractmethod
    def fetched_by_hand(self, key: str) -> str:
        """The command with which a person gets it and its manifest, without the portal."""

    @abstractmethod
    def upload(self, key: str) -> Upload:
        """Raises DestinationError."""

    @abstractmethod
    def open(self, key: str) -> AbstractContextManager[Readable]:
        """In pieces, never whole. Raises DestinationError, and GoneError where it is not there."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """It is no error when it is gone already. Raises DestinationError."""

    @abstractmethod
    def listed(self, prefix: str) -> Iterable[Stored]:
        """Everything whose key begins with `prefix`. Raises DestinationError."""

    @abstractmethod
    def sweep(self, prefix: str, before_ms: int) -> int:
        """Removes what uploads that died before that moment have left; counts them."""
