"""A proof that is asked for later: of the checksum, or with the recovery key of everything."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pyrage import x25519

from backups import series
from backups.census import Census
from backups.editing import destination_of, source_of
from backups.errors import BackupError, ProofError
from backups.models import Backup, BackupStatus, Copy, Proof
from backups.proving import compare_checksum, restore_and_count
from backups.runner import Watching, surroundings
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError


def verify(
    backup: Backup, identities: Sequence[x25519.Identity], watching: Watching | None = None
) -> str:
    """What was proved, in words. Raises BackupError; the row and the series say so too."""
    now_ms = time.time_ns() // 1_000_000
    try:
        words = _proved(backup, identities, watching)
    except (SettingsError, UnreadableSecretError) as error:
        raise BackupError(str(error)) from None
    except ProofError as error:
        series.record_proof(backup.plan_name, False, now_ms)
        Backup.objects.filter(pk=backup.pk).update(status=BackupStatus.FAILED, error=str(error))
        raise
    series.record_proof(backup.plan_name, True, now_ms)
    return words


def _proved(
    backup: Backup, identities: Sequence[x25519.Identity], watching: Watching | None
) -> str:
    copies = list(backup.copies.filter(is_there=True).select_related("destination"))
    there = [each for each in copies if each.destination is not None]
    if not there:
        raise BackupError("there is no copy of it: its destination was taken away")
    broken = [each for each in there if not _is_whole(backup, each, watching)]
    if len(broken) == len(there):
        raise ProofError(broken[0].error)
    if not identities:
        if backup.proof == Proof.NONE:
            backup.proof, backup.proved_ms = Proof.CHECKSUM, time.time_ns() // 1_000_000
            backup.save(update_fields=["proof", "proved_ms"])
        return _words(there, broken)
    whole = next(each for each in there if each not in broken)
    return f"{_words(there, broken)}; {_restored(backup, whole, identities, watching)}"


def _is_whole(backup: Backup, copy: Copy, watching: Watching | None) -> bool:
    def told(done_bytes: int) -> None:
        if watching is not None:
            watching("comparing", done_bytes, backup.size_bytes)

    assert copy.destination is not None  # noqa: S101  (chosen so above)
    copy.error = ""
    try:
        size_bytes = backup.size_bytes or 0
        compare_checksum(
            destination_of(copy.destination), backup.key, backup.sha256, size_bytes, told
        )
    except BackupError as error:
        copy.error = str(error)
    copy.save(update_fields=["error"])
    return not copy.error


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
    if plan is None or copy.destination is None:
        raise BackupError("its plan is gone: restore it with --to to see what is in it")
    with surroundings(plan) as around:
        seconds = restore_and_count(
            destination_of(copy.destination),
            backup.key,
            (backup.sha256, backup.size_bytes or 0),
            identities,
            source_of(plan),
            around,
            Census.from_json(backup.census),
            told,
        )
    Backup.objects.filter(pk=backup.pk).update(
        status=BackupStatus.VERIFIED,
        proof=Proof.RESTORED,
        proved_ms=time.time_ns() // 1_000_000,
        restore_seconds=seconds,
    )
    return f"restored and counted in {seconds:.1f} s"


def _words(there: Sequence[Copy], broken: Sequence[Copy]) -> str:
    if not broken:
        return f"the checksum of {len(there)} cop{'y' if len(there) == 1 else 'ies'} is right"
    named = "; ".join(f"{each.place}: {each.error}" for each in broken)
    return f"{len(there) - len(broken)} of {len(there)} copies are whole ({named})"
