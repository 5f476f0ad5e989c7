"""What thresholds and charts read about backups."""

from __future__ import annotations

from django.db.models import Max

from backups.models import GOOD, Backup, Plan
from monitoring import store
from monitoring.store import Point


def record_run(backup: Backup, now_ms: int) -> None:
    """Of a run that is over, good or not."""
    labels = {"plan": backup.plan_name}
    values = {
        "backup_size_bytes": backup.size_bytes if backup.status in GOOD else None,
        "backup_duration_seconds": backup.duration_seconds if backup.status in GOOD else None,
        "restore_test_duration_seconds": backup.restore_seconds,
    }
    points = [Point(name, labels, now_ms, float(v)) for name, v in values.items() if v is not None]
    store.record(points)


def record_proof(plan_name: str, is_good: bool, now_ms: int) -> None:
    store.record([Point("restore_test_ok", {"plan": plan_name}, now_ms, float(is_good))])


def record_ages(now_ms: int) -> None:
    """Of every plan that is on: since its newest good backup began, or since the plan was made."""
    newest = dict(
        Backup.objects.filter(status__in=GOOD).values_list("plan").annotate(Max("started_ms"))
    )
    points = []
    for plan in Plan.objects.filter(enabled=True):
        since_ms = newest.get(plan.pk) or int(plan.created_at.timestamp() * 1000)
        age_seconds = max(0.0, (now_ms - since_ms) / 1000)
        points.append(Point("backup_age_seconds", {"plan": plan.name}, now_ms, age_seconds))
        stopped = float(bool(plan.retention_stopped))
        points.append(Point("backup_retention_stopped", {"plan": plan.name}, now_ms, stopped))
    store.record(points)
