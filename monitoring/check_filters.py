"""What somebody looks for in a list of checks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from monitoring.models import Check, CheckStatus
from monitoring.probes.base import Reason
from monitoring.tags import tagged

SLOW_MS = 1000

_HEALTH: dict[str, tuple[str, Q]] = {
    "broken": ("Broken", Q(state__status__in=[CheckStatus.DOWN, CheckStatus.DEGRADED])),
    "slow": (
        f"Slow (above {SLOW_MS} ms or its limit)",
        Q(state__response_time_ms__gt=SLOW_MS) | Q(state__reason=Reason.SLOW),
    ),
    "flapping": ("Flapping", Q(state__flapping_since_ms__isnull=False)),
    "unknown": ("Unknown", Q(state__status=CheckStatus.UNKNOWN)),
    "paused": ("Paused", Q(enabled=False)),
}


class HealthFilter(admin.SimpleListFilter):
    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, words) for key, (words, _) in _HEALTH.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Check]) -> QuerySet[Check]:
        chosen = _HEALTH.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class TagFilter(admin.SimpleListFilter):
    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        lists = Check.objects.order_by().values_list("tags", flat=True).distinct()
        return [(tag, tag) for tag in sorted({tag for tags in lists for tag in tags})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Check]) -> QuerySet[Check]:
        tag = self.value()
        return queryset.filter(tagged(tag)) if tag else queryset
