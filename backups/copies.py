"""The copies of a backup, one in each destination: any of them that is whole will do."""

from __future__ import annotations

from backups.destinations.base import Destination
from backups.editing import destination_of
from backups.errors import BackupError
from backups.models import Backup, Copy, PlanDestination
from backups.pipeline import Told
from backups.proving import compare_checksum
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError


def copies_of(backup: Backup) -> list[Copy]:
    """Those that can be fetched. Raises BackupError where there is none."""
    there = backup.copies.filter(is_there=True).select_related("destination")
    found = [copy for copy in there if copy.destination is not None]
    if not found:
        raise BackupError("there is no copy of it: it was deleted, or its destination taken away")
    return found


def place_of(copy: Copy) -> Destination:
    """Raises BackupError."""
    if copy.destination is None:
        raise BackupError(f"the destination {copy.place} was taken away")
    return built(copy.destination)


def built(row: PlanDestination) -> Destination:
    """Raises BackupError."""
    try:
        return destination_of(row)
    except (SettingsError, UnreadableSecretError) as error:
        raise BackupError(f"destination {row}: {error}") from None


def whole_copy(backup: Backup, told: Told) -> Destination:
    """The first whose checksum is right. Raises what is wrong with the first where none is."""
    errors: list[BackupError] = []
    for copy in copies_of(backup):
        try:
            place = place_of(copy)
            compare_checksum(place, backup.key, backup.sha256, backup.size_bytes or 0, told)
        except BackupError as error:
            errors.append(error)
        else:
            return place
    raise errors[0]
