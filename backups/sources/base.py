"""What every kind of source can do: be dumped, and be restored from its dump."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from backups.census import Census
from backups.stopping import Stopper
from opsportal.lib.kinds import Configured


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes:
        """Empty at the end. Raises SourceError or DestinationError."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a source may put what it needs for a moment (mode 0700, emptied afterwards), and for
    how long it may wait for a lock that somebody else holds."""

    work_dir: Path
    lock_timeout_seconds: int = 60
    # A plan's: what a run of it has left when it was killed, the next one removes by this name.
    owner: str = "by_hand"
    # Of a restore: roles have to be there that owned the tables.
    keep_owners: bool = True
    # Whoever waits for others registers there how that is ended.
    stopper: Stopper = field(default_factory=Stopper)


class Dump(ABC):
    """A dump under way. Whoever has read it to its end calls `finish`."""

    stream: Readable
    # Of what is read, about, for an estimate; None where nobody knows.
    expected_bytes: int | None = None
    # Of the server and of the tool, for the manifest.
    versions: dict[str, str]

    @abstractmethod
    def finish(self) -> None:
        """Raises SourceError, with the tool's own words, unless the dump is whole."""

    @abstractmethod
    def census(self, checksums: bool) -> Census:
        """Of the very snapshot that was dumped; after `finish`. Checksums take about as long as
        the dump: for those who will compare them."""


class Target(ABC):
    """Something empty that a dump is loaded into."""

    @abstractmethod
    def load(self, stream: Readable) -> None:
        """Raises SourceError, with the tool's own words."""

    @abstractmethod
    def census(self, checksums: bool) -> Census:
        """Of what is there now."""


class Source(Configured):
    """Its settings say where it is. The artifact is what the standard tool reads."""

    # Of the artifact's name, before .zst.age
    suffix: ClassVar[str]
    # How a person restores it on a bare machine, with KEY for the file of the private key, FILE for
    # the artifact, NAME for `restored_name` and CREATE for `created_by`: on the recovery sheet.
    by_hand: ClassVar[str]
    # What may stand in the way of that.
    beside_by_hand: ClassVar[tuple[str, ...]] = ()

    def real(self) -> Source:
        """What it stands for; most stand for themselves."""
        return self

    @property
    def restored_name(self) -> str:
        """Of the place that a person restores it to."""
        return "restored"

    @classmethod
    def created_by(cls, name: str) -> str:
        """The statement that makes such a place, of an engine whose programs do not quote names."""
        return ""

    @property
    @abstractmethod
    def place(self) -> str:
        """For people: which one it is, without a secret."""

    @abstractmethod
    def dump(self, around: Surroundings) -> AbstractContextManager[Dump]:
        """Leaving it early ends the tool and leaves nothing behind."""

    def companions(self, around: Surroundings) -> dict[str, bytes]:
        """Small things that belong to a backup and are no part of the dump, by the end of their
        name: encrypted like the artifact and kept beside it. Raises SourceError."""
        return {}

    @abstractmethod
    def scratch(self, around: Surroundings) -> AbstractContextManager[Target]:
        """A place for a restore test, gone afterwards."""

    @classmethod
    @abstractmethod
    def restoring(
        cls, url: str, overwrite: bool, around: Surroundings
    ) -> AbstractContextManager[Target]:
        """A new place beside `url`, which takes its name when the context ends well. Raises
        SourceError where something is there and `overwrite` is false."""
