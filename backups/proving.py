"""Proof: the artifact is fetched back, opened, loaded, counted and compared."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack

from pyrage import x25519

from backups.census import Census, differences, in_words
from backups.destinations.base import Destination
from backups.errors import BackupError, NoPlaceError, ProofError
from backups.pipeline import Counted, Told
from backups.sources.base import Source, Surroundings, Target
from backups.stages import encrypt
from backups.stages.compress import Inverse
from backups.stages.digest import Checked

CHUNK_BYTES = 1024 * 1024


def compare_checksum(
    destination: Destination, key: str, sha256: str, size_bytes: int, told: Told
) -> None:
    """Reads the whole artifact. Raises ProofError and DestinationError."""
    with destination.open(key) as stream:
        checked = Checked(Counted(stream, told), sha256, size_bytes)
        while checked.read(CHUNK_BYTES):
            pass


def restore_and_count(
    destination: Destination,
    key: str,
    artifact: tuple[str, int],
    identities: Sequence[x25519.Identity],
    source: Source,
    around: Surroundings,
    dumped: Census,
    told: Told,
) -> float:
    """Seconds that it took. `artifact` is its SHA-256 and size. Raises ProofError, SourceError,
    DestinationError, and NoPlaceError before anything is fetched."""
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            target = stack.enter_context(source.scratch(around))
        except BackupError as error:
            raise NoPlaceError(f"there is no place to restore it to: {error}") from None
        load(destination, key, artifact, identities, target, told)
        seconds = time.monotonic() - began
        found = differences(dumped, target.census(checksums=bool(dumped.checksums)))
    if found:
        raise ProofError(f"what was restored is not what was dumped: {in_words(found)}")
    return seconds


def load(
    destination: Destination,
    key: str,
    artifact: tuple[str, int],
    identities: Sequence[x25519.Identity],
    target: Target,
    told: Told,
) -> None:
    sha256, size_bytes = artifact
    with destination.open(key) as stream:
        checked = Checked(Counted(stream, told), sha256, size_bytes)
        with encrypt.inverse(checked, identities) as compressed:
            target.load(Inverse(compressed))
