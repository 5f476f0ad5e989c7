"""What thresholds and charts read about backups."""

from __future__ import annotations

import statistics
from collections import Counter

from django.db.models import OuterRef, Q, Subquery

from backups.models import GOOD, Backup, Copy, Plan
from monitoring import store
from monitoring.store import Point

# Of backups before, whose median size the newest is compared with.
COMPARED_WITH = 7


def record_run(backup: Backup, now_ms: int) -> None:
    """Of a run that is over, good or not."""
    labels = {"plan": backup.plan_name}
    values = {
        "backup_size_bytes": backup.size_bytes if backup.status in GOOD else None,
        "backup_duration_seconds": backup.duration_seconds if backup.status in GOOD else None,
        "backup_size_change_percent": _size_change(backup) if backup.status in GOOD else None,
        "restore_test_duration_seconds": backup.restore_seconds,
    }
    points = [Point(name, labels, now_ms, float(v)) for name, v in values.items() if v is not None]
    store.record(points, is_urgent=False)


def _size_change(backup: Backup) -> float | None:
    """Beside the median of those before: one that is small today is so tomorrow, too."""
    before = Backup.objects.filter(
        plan=backup.plan, status__in=GOOD, pk__lt=backup.pk, size_bytes__gt=0
    ).order_by("-pk")
    sizes = [size or 0 for size in before.values_list("size_bytes", flat=True)[:COMPARED_WITH]]
    if not sizes or backup.size_bytes is None:
        return None
    return 100 * (backup.size_bytes / statistics.median(sizes) - 1)


def record_proof(plan_name: str, is_good: bool, now_ms: int) -> None:
    point = Point("restore_test_ok", {"plan": plan_name}, now_ms, float(is_good))
    store.record([point], is_urgent=False)


def record_ages(now_ms: int) -> None:
    """Of every plan that is on: since its newest good backup began, or since the plan was made; how
    many of its copies are not there; and whether nothing is deleted."""
    # One of the future, which a clock has made up, is not new.
    good = Backup.objects.filter(plan=OuterRef("pk"), status__in=GOOD, started_ms__lte=now_ms)
    newest = good.order_by("-started_ms")
    plans = Plan.objects.filter(enabled=True).annotate(
        newest_ms=Subquery(newest.values("started_ms")[:1]),
        newest_id=Subquery(newest.values("pk")[:1]),
    )
    bad = Copy.objects.filter(backup__in=[plan.newest_id for plan in plans])
    bad = bad.filter(~Q(error="") | Q(is_there=False))
    missing = Counter(bad.values_list("backup", flat=True))
    points = []
    for plan in plans:
        since_ms = plan.newest_ms or int(plan.created_at.timestamp() * 1000)
        values = {
            "backup_age_seconds": max(0.0, (now_ms - since_ms) / 1000),
            "backup_copies_missing": float(missing[plan.newest_id]),
            "backup_retention_stopped": float(bool(plan.retention_stopped)),
        }
        points += [Point(name, {"plan": plan.name}, now_ms, v) for name, v in values.items()]
    store.record(points)
