"""Removes what is no backup any more, and what runs that died have left. Only keys of our own rows,
and only below the plan's own prefix: another portal may keep its backups beside ours."""

from __future__ import annotations

import logging

from django.db.models import Q, QuerySet

from backups.copies import built, place_of
from backups.errors import BackupError
from backups.models import GOOD, UNDER_WAY, Backup, BackupStatus, Plan, PlanDestination
from backups.naming import names_of, prefix

logger = logging.getLogger(__name__)

FRUITLESS = (BackupStatus.FAILED, BackupStatus.CANCELLED)
# Of one that failed its proof: for a day somebody may look at what is wrong with it.
GRACE_MS = 24 * 3_600_000


def sweep(plan: Plan, now_ms: int) -> int:
    """Counts what went. A destination that is away is swept by a later run."""
    swept = 0
    for row in _to_be_emptied(plan, now_ms):
        swept += emptied(row)
    for destination in plan.destinations.all():
        try:
            swept += _swept(plan, destination, now_ms)
        except BackupError as error:
            logger.warning("backups of %s: cannot sweep: %s", plan.name, error)
    return swept


def emptied(row: Backup) -> bool:
    """Of each copy what belongs to it; False where one could not be deleted: the next sweep tries
    again."""
    everywhere = True
    for copy in row.copies.filter(is_there=True).select_related("destination"):
        try:
            if copy.destination is not None:
                place = place_of(copy)
                for name in names_of(row.key):
                    place.delete(name)
        except BackupError as error:
            copy.error, everywhere = f"cannot be deleted: {error}", False
            logger.warning("%s at %s %s", row, copy.place, copy.error)
        else:
            copy.is_there = False
        copy.save(update_fields=["is_there", "error"])
    return everywhere


def _to_be_emptied(plan: Plan, now_ms: int) -> QuerySet[Backup]:
    limit_ms = now_ms - GRACE_MS
    is_long_ago = Q(queued_ms__lt=limit_ms) & (Q(proved_ms=None) | Q(proved_ms__lt=limit_ms))
    goes = Q(status=BackupStatus.DELETED) | Q(status__in=FRUITLESS, pinned=False) & is_long_ago
    return plan.backups.filter(goes, copies__is_there=True).distinct()


def _swept(plan: Plan, row: PlanDestination, now_ms: int) -> int:
    place = built(row)
    swept = place.sweep(prefix(plan), now_ms)
    nobodys = _names_of_nobody(plan)
    for stored in list(place.listed(prefix(plan))) if nobodys else ():
        if stored.key in nobodys:
            place.delete(stored.key)
            swept += 1
    return swept


def _names_of_nobody(plan: Plan) -> set[str]:
    """Of runs that came to nothing after they had written something."""
    left = plan.backups.filter(status__in=(*FRUITLESS, BackupStatus.DELETED)).exclude(key="")
    keys = left.exclude(copies__is_there=True).values_list("key", flat=True)
    return {name for key in keys for name in names_of(key)}


def forget(now_ms: int, keep_days: int = 400) -> int:
    """Rows of runs that left nothing, and of what was deleted long ago."""
    old = Backup.objects.filter(queued_ms__lt=now_ms - keep_days * 24 * 3_600_000)
    left = old.exclude(status__in=(*GOOD, *UNDER_WAY)).exclude(copies__is_there=True)
    return left.delete()[0]
