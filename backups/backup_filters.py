"""What somebody looks for in a list of backups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest

from backups.admin_cells import now_ms
from backups.models import GOOD, Backup, BackupStatus, Plan
from backups.summary import LATE_AFTER_MS

_NEWEST = Backup.objects.filter(plan=OuterRef("pk"), status__in=GOOD).order_by("-queued_ms", "-id")


def failed() -> Q:
    return Q(status=BackupStatus.FAILED)


def not_verified() -> Q:
    return Q(status=BackupStatus.STORED)


def overdue() -> Q:
    """The newest good one of a plan that should have made a newer one."""
    plans = Plan.objects.filter(enabled=True).annotate(newest=Subquery(_NEWEST.values("pk")[:1]))
    limit_ms = now_ms() - LATE_AFTER_MS
    return Q(pk__in=plans.values("newest"), started_ms__lt=limit_ms)


_WANTED = {
    "failed": ("Failed", failed),
    "not-verified": ("Not verified", not_verified),
    "overdue": ("Overdue: nothing newer", overdue),
}


class HealthFilter(admin.SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, words) for key, (words, _) in _WANTED.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Backup]) -> QuerySet[Backup]:
        chosen = _WANTED.get(self.value() or "")
        return queryset.filter(chosen[1]()) if chosen else queryset
