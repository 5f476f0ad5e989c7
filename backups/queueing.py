"""Asking for runs, and asking them to stop. What is asked is a row; a worker takes it."""

from __future__ import annotations

import logging
import time

from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from backups.errors import BackupError
from backups.models import GOOD, UNDER_WAY, Backup, BackupStatus, Plan

logger = logging.getLogger(__name__)


def start(plan: Plan, by: str) -> Backup:
    """Raises BackupError when one is under way."""
    backup = queue(plan, by, _now_ms())
    wake()
    return backup


def queue(plan: Plan, by: str, now_ms: int, attempt: int = 1) -> Backup:
    """The database itself refuses a second run of the plan. Raises BackupError."""
    try:
        with transaction.atomic():
            return Backup.objects.create(
                plan=plan,
                plan_name=plan.name,
                source_kind=plan.source_kind,
                started_by=by[:150],
                queued_ms=now_ms,
                attempt=attempt,
            )
    except IntegrityError:
        raise BackupError(
            f"a backup of {plan.name} is under way: wait for it or cancel it"
        ) from None


def cancel(backup: Backup, by: str) -> bool:
    """False when it is over already. One that nobody has begun is over at once."""
    if not Backup.objects.filter(pk=backup.pk, status__in=UNDER_WAY).update(cancel_asked=True):
        return False
    now_ms = _now_ms()
    waiting = Backup.objects.filter(pk=backup.pk, status=BackupStatus.QUEUED)
    waiting.update(
        status=BackupStatus.CANCELLED, finished_ms=now_ms, error=f"cancelled by {by[:100]}"
    )
    return True


def verify(backup: Backup, by: str) -> None:
    """A later proof: its copies are fetched and their checksums compared. Raises BackupError for
    what is no backup any more."""
    if backup.status not in GOOD:
        raise BackupError(f"{backup} cannot be verified: it is {backup.status}")
    from backups.tasks import verify_backup

    logger.info("%s asks to verify %s", by, backup)
    try:
        verify_backup.delay(backup.pk)
    except (OperationalError, OSError) as error:
        raise BackupError(f"the broker does not answer ({error}): try again") from None


def wake() -> None:
    """A worker looks at once; without a broker the schedule does so within a minute."""
    transaction.on_commit(_look)


def _look() -> None:
    from backups.tasks import look

    try:
        look.delay()
    except (OperationalError, OSError) as error:
        logger.warning("cannot wake a worker: %s", error)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
