"""A run belongs to whoever renews its lease; one whose lease is over has died with its process."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread

from django.db import DatabaseError, connection

from backups.models import Backup, BackupStatus
from backups.pace import Pace

logger = logging.getLogger(__name__)

LEASE_MS = 60_000
# So often the row tells of progress, too.
RENEW_SECONDS = 2.0


def claim(backup_id: int, now_ms: int) -> Backup | None:
    """None when somebody else has it."""
    claimed = Backup.objects.filter(pk=backup_id, status=BackupStatus.QUEUED).update(
        status=BackupStatus.RUNNING, started_ms=now_ms, leased_until_ms=now_ms + LEASE_MS
    )
    if not claimed:
        return None
    return Backup.objects.select_related("plan").get(pk=backup_id)


class Lease:
    """Renews and tells of progress from a thread of its own, so that a slow destination or a long
    query of the dump keeps the run. `is_cancelled` when somebody has asked for that, or when the
    row belongs to nobody any more. `tick` is called after each renewal, from that thread."""

    def __init__(self, backup_id: int, tick: Callable[[], None] = lambda: None) -> None:
        self._id, self._tick = backup_id, tick
        self.stage, self.done_bytes = "", 0
        self.expected_bytes: int | None = None
        self.is_cancelled = False
        self._pace = Pace("", time.monotonic(), 0)
        self._over = Event()
        self._thread = Thread(target=self._renew, name="backup lease", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _renew(self) -> None:
        try:
            while not self._over.wait(RENEW_SECONDS):
                self._renewed()
                self._tick()
        finally:
            connection.close()

    def _renewed(self) -> None:
        self._pace = self._pace.at(self.stage, time.monotonic(), self.done_bytes)
        try:
            rows = Backup.objects.filter(pk=self._id, status=BackupStatus.RUNNING)
            held = rows.update(
                leased_until_ms=time.time_ns() // 1_000_000 + LEASE_MS,
                stage=self._pace.stage,
                done_bytes=self._pace.done_bytes,
                expected_bytes=self.expected_bytes,
                bytes_per_second=self._pace.bytes_per_second,
            )
            self.is_cancelled = not held or rows.filter(cancel_asked=True).exists()
        except DatabaseError as error:
            # The backup itself may still end well; only a lease that ran out is lost.
            logger.warning("a backup cannot renew its lease: %s", error)
