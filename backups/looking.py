"""What has to happen now: runs that died, turns that have come, tries again."""

from __future__ import annotations

import logging

from django.db.models import Q

from backups.errors import BackupError
from backups.leasing import LEASE_MS
from backups.models import Backup, BackupStatus, Plan
from backups.queueing import queue
from backups.scheduling import retry_at_ms, turn

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 2
DIED = "its worker died; it is tried again"


def look_around(now_ms: int) -> list[int]:
    """The ids of the runs that a worker should begin now. Safe to be asked by several at once: a
    plan has one run at a time, and a run one worker."""
    _bury_the_dead(now_ms)
    for plan in Plan.objects.filter(enabled=True):
        try:
            _take_turn(plan, now_ms)
        except BackupError:
            continue  # one is under way: its turn is taken when that is over
    running = Backup.objects.filter(status=BackupStatus.RUNNING).count()
    waiting = Backup.objects.filter(status=BackupStatus.QUEUED).order_by("queued_ms", "pk")
    return list(waiting.values_list("pk", flat=True)[: max(0, MOST_AT_ONCE - running)])


def _bury_the_dead(now_ms: int) -> None:
    """A lease that is over, or one that nobody began though its worker had been sent for it."""
    is_over = Q(leased_until_ms__lt=now_ms)
    # Nobody leases for so long: the clock was set back, and whoever lives renews it at once.
    is_of_the_future = Q(leased_until_ms__gt=now_ms + 2 * LEASE_MS)
    dead = Backup.objects.filter(is_over | is_of_the_future, status=BackupStatus.RUNNING)
    for backup in dead:
        # What was stored before is a backup, though not a proved one.
        is_stored = backup.copies.filter(is_there=True).exists()
        rows = dead.filter(pk=backup.pk, leased_until_ms=backup.leased_until_ms)
        rows.update(
            status=BackupStatus.STORED if is_stored else BackupStatus.FAILED,
            finished_ms=now_ms,
            leased_until_ms=None,
            stage="",
            bytes_per_second=None,
            error="its worker died before the restore test" if is_stored else DIED,
        )
        logger.warning("backup %s: its worker died", backup)


def _take_turn(plan: Plan, now_ms: int) -> None:
    due_ms = turn(plan, now_ms)
    if due_ms is not None:
        queue(plan, "schedule", now_ms)
        Plan.objects.filter(pk=plan.pk).update(scheduled_ms=due_ms)
        return
    last = plan.backups.order_by("-pk").first()
    if last is None or last.status != BackupStatus.FAILED or last.finished_ms is None:
        return
    again_ms = retry_at_ms(last.attempt, last.finished_ms)
    if again_ms is not None and again_ms <= now_ms:
        queue(plan, "retry", now_ms, attempt=last.attempt + 1)
