"""One run of a plan, from its row to its proof. The one place that does all the effects."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.db import transaction
from pyrage import x25519

from backups import keys, manifest, pruning, series
from backups.census import Census
from backups.copies import built, copies_of, place_of
from backups.destinations.base import Destination
from backups.editing import source_of
from backups.errors import (
    BackupError,
    CancelledError,
    DestinationError,
    GoneError,
    NoPlaceError,
    ProofError,
)
from backups.leasing import Lease, claim
from backups.models import Backup, BackupStatus, Copy, Plan, PlanDestination, Proof, Verify
from backups.naming import MANIFEST, companion, key_of
from backups.pipeline import Copies, Made, encrypted, make, write_whole
from backups.proving import restore_and_count
from backups.read_back import read_back
from backups.recovery_sheet import by_hand_of
from backups.sources.base import Surroundings
from backups.stages.compress import Compression
from backups.stopping import STALL_SECONDS, Stopper
from backups.sweeping import sweep
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

logger = logging.getLogger(__name__)

Watching = Callable[[str, int, int | None], None]
"""Of the stage, the bytes done, and about how many there are."""


def run(
    backup_id: int,
    watching: Watching | None = None,
    is_asked_to_stop: Callable[[], bool] = lambda: False,
) -> Backup | None:
    """Makes, proves and prunes. None when somebody else has the run. Never raises for what goes
    wrong with the backup: the row says it."""
    backup = claim(backup_id, _now_ms())
    if backup is None or backup.plan is None:
        return None
    _Run(backup, backup.plan, watching, is_asked_to_stop).go()
    backup.refresh_from_db()
    return backup


class _Run:
    def __init__(
        self,
        backup: Backup,
        plan: Plan,
        watching: Watching | None,
        is_asked_to_stop: Callable[[], bool],
    ) -> None:
        self._backup, self._plan, self._watching = backup, plan, watching
        self._is_asked_to_stop = is_asked_to_stop
        self._stopper = Stopper(STALL_SECONDS + plan.lock_timeout_seconds)
        # It opens this backup until its proof is done, and never leaves this process.
        self._ephemeral = x25519.Identity.generate()
        self._is_to_be_proved = _is_to_be_proved(plan, backup)

    def go(self) -> None:
        self._lease = Lease(self._backup.pk, self._tick)
        try:
            with surroundings(self._plan, stopper=self._stopper) as around:
                sweep(self._plan, _now_ms())
                self._make(around)
                self._prove(around)
            pruning.prune(self._plan, _now_ms())
        except CancelledError as error:
            self._cancelled(str(error))
        except (BackupError, SettingsError, UnreadableSecretError, ValueError, OSError) as error:
            self._failed(error)
        except Exception:
            logger.exception("backup %s failed in a way that nobody thought of", self._backup.pk)
            self._end(BackupStatus.FAILED, error="an error within the portal: its log says more")
        except BaseException:
            self._end(BackupStatus.FAILED, error="stopped together with its worker")
            raise
        finally:
            self._lease.stop()
        self._backup.refresh_from_db()
        series.record_run(self._backup, _now_ms())

    def _make(self, around: Surroundings) -> None:
        began = time.monotonic()
        source = source_of(self._plan)
        rows = list(self._plan.destinations.all())
        destinations = [built(row) for row in rows]
        recipients = _recipients(self._plan)
        compression = Compression(self._plan.compression_level, self._plan.compression_threads)
        self._backup.key = key_of(self._plan, self._backup, source, self._backup.started_ms or 0)
        # Known before anything is written, so that a later run finds what a killed one has left.
        self._backup.source_kind = source.name
        Backup.objects.filter(pk=self._backup.pk).update(
            key=self._backup.key, source_kind=source.name
        )
        with source.dump(around) as dump:
            self._stage("dumping", dump.expected_bytes)
            copies = Copies(destinations, self._backup.key)
            try:
                both = [*recipients, self._ephemeral.to_public()]
                made = make(dump, copies, both, compression, self._told)
                companions = source.companions(around)
                self._stage("counting")
                census = dump.census(checksums=self._is_to_be_proved)
                self._check_cancelled()
                copies.commit()
            except BaseException:
                copies.abort()
                raise
        self._backup.versions = dump.versions
        self._stored(made, census, time.monotonic() - began)
        self._stage("comparing", made.size_bytes)
        read_back(destinations, copies, self._backup.key, made, self._told, self._is_to_be_proved)
        named = [str(each) for each in recipients]
        beside = {
            companion(self._backup.key, name): encrypted(data, recipients)
            for name, data in companions.items()
        }
        restored = by_hand_of(source, self._backup.key.rpartition("/")[2])
        described = manifest.manifest_of(self._backup, restored, named)
        beside[self._backup.key + MANIFEST] = manifest.as_bytes(described)
        self._keep(rows, destinations, copies.failed, beside)

    def _stored(self, made: Made, census: Census, seconds: float) -> None:
        backup = self._backup
        backup.size_bytes, backup.source_bytes = made.size_bytes, made.source_bytes
        backup.sha256, backup.census = made.sha256, census.as_json()
        backup.duration_seconds = seconds

    def _keep(
        self,
        rows: Sequence[PlanDestination],
        destinations: Sequence[Destination],
        failed: dict[int, str],
        beside: dict[str, bytes],
    ) -> None:
        """The rows come last and all at once: a run that is killed before has made nothing that
        counts, and the next one removes it from every destination."""
        errors = [
            failed.get(index) or _written(destination, beside)
            for index, destination in enumerate(destinations)
        ]
        with transaction.atomic():
            for index, (row, destination) in enumerate(zip(rows, destinations, strict=True)):
                Copy.objects.create(
                    backup=self._backup,
                    destination=row,
                    place=destination.place[:300],
                    is_there=index not in failed,
                    error=errors[index],
                )
            problems = "; ".join(filter(None, errors))
            words = f"not everywhere: {problems}" if problems else ""
            self._end(BackupStatus.STORED, error=words, is_over=not self._is_to_be_proved)

    def _prove(self, around: Surroundings) -> None:
        if not self._is_to_be_proved:
            return
        backup = self._backup
        self._stage("restoring", backup.size_bytes)
        try:
            backup.restore_seconds = self._restored(around)
        except BackupError as error:
            self._check_cancelled()
            self._not_restored(error)
            return
        backup.proof, backup.proved_ms = Proof.RESTORED, _now_ms()
        series.record_proof(backup.plan_name, True, _now_ms())
        self._end(BackupStatus.VERIFIED, error=backup.error)

    def _not_restored(self, error: BackupError) -> None:
        is_elsewhere = isinstance(error, (NoPlaceError, DestinationError))
        if isinstance(error, GoneError) or not is_elsewhere:
            self._disproved(error)
        # It says nothing about the artifact, which may be all that there is one day.
        series.record_proof(self._backup.plan_name, False, _now_ms())
        self._end(BackupStatus.STORED, error=f"it could not be proved: {error}")

    def _disproved(self, error: BackupError) -> NoReturn:
        series.record_proof(self._backup.plan_name, False, _now_ms())
        raise ProofError(f"the restore test failed: {error}") from None

    def _restored(self, around: Surroundings) -> float:
        """From the first copy that can be fetched: the others have the same checksum."""
        backup, errors = self._backup, []
        for copy in copies_of(backup):
            try:
                return restore_and_count(
                    place_of(copy),
                    backup.key,
                    (backup.sha256, backup.size_bytes or 0),
                    [self._ephemeral],
                    source_of(self._plan),
                    around,
                    Census.from_json(backup.census),
                    self._told,
                )
            except DestinationError as error:
                errors.append(error)
        raise errors[0]

    def _stage(self, name: str, expected_bytes: int | None = None) -> None:
        self._lease.stage, self._lease.done_bytes = name, 0
        self._lease.expected_bytes = expected_bytes
        self._told(0)

    def _told(self, done_bytes: int) -> None:
        self._lease.done_bytes = done_bytes
        self._check_cancelled()
        if self._watching is not None:
            self._watching(self._lease.stage, done_bytes, self._lease.expected_bytes)

    def _tick(self) -> None:
        """From the lease's thread: who waits for others does not ask whether to go on."""
        is_cancelled = self._lease.is_cancelled or self._is_asked_to_stop()
        self._stopper.look(time.monotonic(), is_cancelled)

    def _check_cancelled(self) -> None:
        if self._lease.is_cancelled:
            raise CancelledError("cancelled")
        if self._is_asked_to_stop():
            raise CancelledError("cancelled on the command line")

    def _failed(self, error: Exception) -> None:
        """What was ended because somebody has asked for that did not fail."""
        try:
            self._check_cancelled()
        except CancelledError as cancelled:
            self._cancelled(str(cancelled))
        else:
            self._end(BackupStatus.FAILED, error=self._stopper.reason or str(error))

    def _cancelled(self, words: str) -> None:
        """During its proof, it is a backup all the same."""
        if self._backup.copies.filter(is_there=True).exists():
            self._end(BackupStatus.STORED, error=f"its restore test was {words}")
        else:
            self._end(BackupStatus.CANCELLED, error=words)

    def _end(self, status: BackupStatus, error: str = "", is_over: bool = True) -> None:
        """Only while the row is this run's: one that was given up has been taken over."""
        backup = self._backup
        backup.error = error
        if is_over:
            backup.status, backup.finished_ms = status, _now_ms()
            backup.stage, backup.leased_until_ms, backup.bytes_per_second = "", None, None
        fields = (
            "status", "finished_ms", "stage", "leased_until_ms", "error", "key", "size_bytes",
            "source_bytes", "sha256", "census", "versions", "duration_seconds", "proof",
            "proved_ms", "restore_seconds", "bytes_per_second",
        )  # fmt: skip
        values = {name: getattr(backup, name) for name in fields}
        Backup.objects.filter(pk=backup.pk, status__in=("running", "stored")).update(**values)


def _is_to_be_proved(plan: Plan, backup: Backup) -> bool:
    if plan.verify == Verify.ALWAYS:
        return True
    if plan.verify == Verify.NEVER:
        return False
    recent = plan.backups.filter(status__in=("stored", "verified"), pk__lt=backup.pk)
    newest = list(recent.order_by("-pk").values_list("status", flat=True)[: plan.verify_every - 1])
    return "verified" not in newest and len(newest) >= min(plan.verify_every - 1, recent.count())


def _recipients(plan: Plan) -> list[x25519.Recipient]:
    return keys.recipients_in(plan.recipients) or keys.recovery_recipients()


def _written(destination: Destination, beside: dict[str, bytes]) -> str:
    """What went wrong. The manifest is the last: then all of it is whole."""
    try:
        for name, data in beside.items():
            write_whole(destination, name, data)
    except BackupError as error:
        return str(error)
    return ""


@contextmanager
def surroundings(
    plan: Plan, purpose: str = "run", stopper: Stopper | None = None
) -> Iterator[Surroundings]:
    """Emptied before, too: a run that was killed may have left a copy of the data there. A later
    proof has its own, because a run may be under way."""
    work_dir = Path(settings.DATA_DIR) / "work" / f"{plan.slug}.{purpose}"
    shutil.rmtree(work_dir, ignore_errors=True)
    work_dir.mkdir(parents=True, mode=0o700)
    owner = f"{plan.slug}_{purpose}".replace("-", "_")
    try:
        seconds = plan.lock_timeout_seconds
        yield Surroundings(work_dir, seconds, owner, stopper=stopper or Stopper())
    finally:
        shutil.rmtree(work_dir, ignore_errors=True)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
