"""Which backups of a plan go now: a row says so first, then what it stands for is deleted."""

from __future__ import annotations

import logging

from backups.models import GOOD, Backup, BackupStatus, Plan, Verify
from backups.retention import Decision, Kept, Policy, decide, stopped
from backups.sweeping import emptied

logger = logging.getLogger(__name__)


def dry_run(plan: Plan, now_ms: int) -> list[tuple[Backup, bool, str]]:
    """What `prune` would do, newest first: the backup, whether it stays, and why."""
    rows = {row.pk: row for row in _good(plan)}
    return [(rows[each.id], each.is_kept, each.reason) for each in _decided(plan, rows, now_ms)]


def why_stopped(plan: Plan, now_ms: int) -> str:
    """Why nothing at all would be deleted now; empty: it would be."""
    rows = {row.pk: row for row in _good(plan)}
    kept = [_kept(row) for row in rows.values()]
    return stopped(kept, _decided(plan, rows, now_ms), policy_of(plan), now_ms)


def prune(plan: Plan, now_ms: int, even_many: bool = False) -> list[Backup]:
    """Returns what went. `even_many`: a person has looked at the dry run."""
    why_not = "" if even_many else why_stopped(plan, now_ms)
    Plan.objects.filter(pk=plan.pk).update(retention_stopped=why_not)
    plan.retention_stopped = why_not
    if why_not:
        logger.warning("backups of %s: nothing is deleted: %s", plan.name, why_not)
        return []
    going = [row for row, is_kept, _ in dry_run(plan, now_ms) if not is_kept and _given_up(row)]
    for row in going:
        emptied(row)
    return going


def _given_up(row: Backup) -> bool:
    """Before anything is deleted: killed in between, it must not be listed as good. Not one that
    somebody has pinned meanwhile."""
    rows = Backup.objects.filter(pk=row.pk, status__in=GOOD, pinned=False)
    return rows.update(status=BackupStatus.DELETED) == 1


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
