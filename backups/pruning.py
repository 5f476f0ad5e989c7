"""Deletes what a plan does not keep, by key and never by a pattern; and what dead runs left."""

from __future__ import annotations

import logging

from backups.editing import destination_of
from backups.errors import BackupError
from backups.models import GOOD, UNDER_WAY, Backup, BackupStatus, Plan, Verify
from backups.naming import names_of, prefix
from backups.retention import Decision, Kept, Policy, decide, stopped
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

logger = logging.getLogger(__name__)

FRUITLESS = (BackupStatus.FAILED, BackupStatus.CANCELLED)
# Of one that failed its proof: for a day somebody may look at what is wrong with it.
ORPHAN_AFTER_MS = 24 * 3_600_000


def dry_run(plan: Plan, now_ms: int) -> list[tuple[Backup, bool, str]]:
    """What `prune` would do, newest first: the backup, whether it stays, and why."""
    rows = {row.pk: row for row in _good(plan)}
    return [(rows[each.id], each.is_kept, each.reason) for each in _decided(plan, rows, now_ms)]


def prune(plan: Plan, now_ms: int, even_many: bool = False) -> list[Backup]:
    """Returns what went. `even_many`: a person has looked at the dry run."""
    rows = {row.pk: row for row in _good(plan)}
    decisions = _decided(plan, rows, now_ms)
    kept = [_kept(row) for row in rows.values()]
    why_not = "" if even_many else stopped(kept, decisions, policy_of(plan), now_ms)
    Plan.objects.filter(pk=plan.pk).update(retention_stopped=why_not)
    plan.retention_stopped = why_not
    if why_not:
        logger.warning("backups of %s: nothing is deleted: %s", plan.name, why_not)
        return []
    going = [rows[each.id] for each in decisions if not each.is_kept]
    disproved = plan.backups.filter(
        status__in=FRUITLESS, copies__is_there=True, queued_ms__lt=now_ms - ORPHAN_AFTER_MS
    )
    return [row for row in (*going, *disproved.distinct()) if _deleted(row)]


def sweep(plan: Plan, now_ms: int) -> int:
    """What runs of the plan that died have left in the destinations; counts them. Only by keys of
    our own rows: another portal may keep its backups beside ours."""
    swept = 0
    left = plan.backups.filter(status__in=FRUITLESS, copies=None).exclude(key="")
    for row in plan.destinations.all():
        try:
            destination = destination_of(row)
            swept += destination.sweep(prefix(plan), now_ms)
            for name in (name for backup in left for name in names_of(backup.key)):
                destination.delete(name)
        except (BackupError, SettingsError, UnreadableSecretError) as error:
            logger.warning("backups of %s: cannot sweep: %s", plan.name, error)
            return swept
    left.update(key="")
    return swept


def policy_of(plan: Plan) -> Policy:
    return Policy(
        keep_days=plan.keep_days,
        daily=plan.keep_daily,
        weekly=plan.keep_weekly,
        monthly=plan.keep_monthly,
        yearly=plan.keep_yearly,
        wants_proof=plan.verify != Verify.NEVER,
    )


def _good(plan: Plan) -> list[Backup]:
    return list(plan.backups.filter(status__in=GOOD))


def _decided(plan: Plan, rows: dict[int, Backup], now_ms: int) -> list[Decision]:
    return decide([_kept(row) for row in rows.values()], policy_of(plan), now_ms)


def _kept(row: Backup) -> Kept:
    is_verified = row.status == BackupStatus.VERIFIED
    return Kept(row.pk, row.started_ms or row.queued_ms, is_verified, row.pinned)


def _deleted(row: Backup) -> bool:
    everywhere = True
    for copy in row.copies.filter(is_there=True).select_related("destination"):
        try:
            if copy.destination is not None:
                destination = destination_of(copy.destination)
                for name in names_of(row.key):
                    destination.delete(name)
        except (BackupError, SettingsError, UnreadableSecretError) as error:
            copy.error, everywhere = f"cannot be deleted: {error}", False
        else:
            copy.is_there = False
        copy.save(update_fields=["is_there", "error"])
    if everywhere:
        Backup.objects.filter(pk=row.pk, status__in=GOOD).update(status=BackupStatus.DELETED)
    return everywhere


def forget(now_ms: int, keep_days: int = 400) -> int:
    """Rows of runs that left nothing, and of what was deleted long ago."""
    old = Backup.objects.filter(queued_ms__lt=now_ms - keep_days * 24 * 3_600_000)
    return old.exclude(status__in=(*GOOD, *UNDER_WAY)).delete()[0]
