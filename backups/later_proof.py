"""A proof that is asked for later: of the checksum, or with the recovery key of everything."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pyrage import x25519

from backups import series
from backups.census import Census
from backups.copies import copies_of, place_of
from backups.editing import source_of
from backups.errors import BackupError, GoneError, ProofError
from backups.models import GOOD, Backup, BackupStatus, Copy, Proof
from backups.proving import compare_checksum, restore_and_count
from backups.runner import Watching, surroundings
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

# What speaks against the artifact. A place that does not answer, or a key that does not fit, does
# not: the backup stays as good as it was.
CONDEMNING = (ProofError, GoneError)


def verify(
    backup: Backup, identities: Sequence[x25519.Identity], watching: Watching | None = None
) -> str:
    """What was proved, in words. Raises BackupError; the row and the series say so too."""
    try:
        words = _proved(backup, identities, watching)
    except (SettingsError, UnreadableSecretError) as error:
        raise BackupError(str(error)) from None
    except CONDEMNING as error:
        _condemn(backup, str(error))
        raise
    series.record_proof(backup.plan_name, True, _now_ms())
    return words


def _condemn(backup: Backup, words: str) -> None:
    series.record_proof(backup.plan_name, False, _now_ms())
    Backup.objects.filter(pk=backup.pk, status__in=GOOD).update(
        status=BackupStatus.FAILED, proof=Proof.NONE, proved_ms=_now_ms(), error=words
    )


def _proved(
    backup: Backup, identities: Sequence[x25519.Identity], watching: Watching | None
) -> str:
    there = copies_of(backup)
    errors = {copy.pk: _error_of(backup, copy, watching) for copy in there}
    whole = [copy for copy in there if errors[copy.pk] is None]
    if not whole:
        raise _worst([error for error in errors.values() if error is not None])
    words = _words(there, whole)
    if identities:
        return f"{words}; {_restored(backup, whole[0], identities, watching)}"
    if backup.proof == Proof.NONE:
        Backup.objects.filter(pk=backup.pk).update(proof=Proof.CHECKSUM, proved_ms=_now_ms())
    return words


def _worst(errors: Sequence[BackupError]) -> BackupError:
    """As long as one may still be whole, the backup is not lost."""
    unknown = (error for error in errors if not isinstance(error, CONDEMNING))
    return next(unknown, errors[0])


def _error_of(backup: Backup, copy: Copy, watching: Watching | None) -> BackupError | None:
    def told(done_bytes: int) -> None:
        if watching is not None:
            watching("comparing", done_bytes, backup.size_bytes)

    found = None
    try:
        place = place_of(copy)
        compare_checksum(place, backup.key, backup.sha256, backup.size_bytes or 0, told)
    except BackupError as error:
        found = error
    copy.error, copy.is_there = str(found or ""), not isinstance(found, GoneError)
    copy.save(update_fields=["error", "is_there"])
    return found


def _restored(
    backup: Backup,
    copy: Copy,
    identities: Sequence[x25519.Identity],
    watching: Watching | None,
) -> str:
    def told(done_bytes: int) -> None:
        if watching is not None:
            watching("restoring", done_bytes, backup.size_bytes)

    plan = backup.plan
    if plan is None:
        raise BackupError("its plan is gone: restore it with --to to see what is in it")
    with surroundings(plan, "verify") as around:
        seconds = restore_and_count(
            place_of(copy),
            backup.key,
            (backup.sha256, backup.size_bytes or 0),
            identities,
            source_of(plan),
            around,
            Census.from_json(backup.census),
            told,
        )
    Backup.objects.filter(pk=backup.pk, status__in=GOOD).update(
        status=BackupStatus.VERIFIED,
        proof=Proof.RESTORED,
        proved_ms=_now_ms(),
        restore_seconds=seconds,
    )
    return f"restored and counted in {seconds:.1f} s"


def _words(there: Sequence[Copy], whole: Sequence[Copy]) -> str:
    if len(whole) == len(there):
        return f"the checksum of {len(there)} cop{'y' if len(there) == 1 else 'ies'} is right"
    named = "; ".join(f"{each.place}: {each.error}" for each in there if each not in whole)
    return f"{len(whole)} of {len(there)} copies are whole ({named})"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
