"""What a destination has not compared itself is read back from it, before anything counts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from backups.destinations.base import Destination
from backups.errors import DestinationError, ProofError
from backups.pipeline import Copies, Made, Told
from backups.proving import compare_checksum


def read_back(
    destinations: Sequence[Destination],
    copies: Copies,
    key: str,
    made: Made,
    told: Told,
    is_to_be_proved: bool,
) -> None:
    """After the commit. The restore test reads the first one anyway. One that is damaged goes.
    Raises DestinationError where none is left."""
    there = [index for index in range(len(destinations)) if index not in copies.failed]
    for index in there[1:] if is_to_be_proved else there:
        if index in copies.compared:
            continue
        try:
            compare_checksum(destinations[index], key, made.sha256, made.size_bytes, told)
        except (ProofError, DestinationError) as error:
            copies.drop(index, f"read back from {destinations[index].place}: {error}")
            with suppress(DestinationError):
                destinations[index].delete(key)
    copies.refuse_none()
