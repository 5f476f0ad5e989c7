"""The list of thresholds in the admin: how noisy each was, and who is to be looked at first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString

from alerts.admin_cells import now_ms
from alerts.endings import BY_HAND
from alerts.models import Alert, AlertState, Threshold
from alerts.statistics import BRIEF_MS
from monitoring.sparklines import spark

DAY_MS = 86_400_000
DAYS = 30
# More than one a day, or mostly over before anybody could have looked.
NOISY, BRIEF_ENOUGH = DAYS, 5


def with_counts(thresholds: QuerySet[Threshold]) -> QuerySet[Threshold]:
    """Each with what its alerts of the last 30 days came to. Counted for each by itself: a join
    would be grouped by every column of a threshold, which takes three times as long. What is
    counted is in the index, or PostgreSQL would read every alert of the month for each threshold.
    """
    brief = Q(resolved_ms__lte=F("fired_ms") + BRIEF_MS, acknowledged_ms=None)
    return thresholds.annotate(
        fired_count=_lately(Q()),
        seen_count=_lately(Q(acknowledged_ms__isnull=False)),
        brief_count=_lately(brief & ~Q(resolved_why=BY_HAND)),
    )


def _lately(which: Q) -> Coalesce:
    since_ms = now_ms() - DAYS * DAY_MS
    rows = Alert.objects.filter(which, threshold=OuterRef("pk"), fired_ms__gte=since_ms)
    counted = rows.order_by().values("threshold").annotate(count=Count("threshold")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


class ThresholdChangeList(ChangeList):
    """Its thresholds have `days`: how often each fired on each of the last 30 days."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        days = _days_of(rows, now_ms())
        # Not counted by the database: it would group all alerts that ever were by another index.
        firing = Counter(_firing().values_list("threshold", flat=True))
        for row in rows:
            row.firing_count = firing[row.pk]
            row.days = days.get(row.pk, [])
        self.result_list = rows


def _firing() -> QuerySet[Alert]:
    return Alert.objects.filter(state=AlertState.FIRING).order_by()


def _days_of(rows: list[Threshold], end_ms: int) -> dict[int, list[float | None]]:
    start_ms = end_ms - DAYS * DAY_MS
    recent = Alert.objects.filter(threshold__in=rows, fired_ms__gt=start_ms, fired_ms__lte=end_ms)
    counted = (
        recent.order_by()
        .annotate(day=(F("fired_ms") - start_ms - 1) / DAY_MS)
        .values_list("threshold", "day")
        .annotate(count=Count("threshold"))
    )
    days: dict[int, list[float | None]] = {}
    for threshold_id, day, count in counted:
        if threshold_id is not None:
            days.setdefault(threshold_id, [0.0] * DAYS)[int(day)] = float(count)
    return days


def month(threshold: Any) -> SafeString | str:
    fired = threshold.fired_count
    return spark(threshold.days, f"Fired {fired} times in {DAYS} days") if fired else ""


def _noisy(fired: int, brief: int) -> bool:
    return fired > NOISY or (brief >= BRIEF_ENOUGH and brief > fired // 2)


class HealthFilter(admin.SimpleListFilter):
    """By what it does, not by how it is set."""

    title = "health"
    parameter_name = "health"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("firing", "Firing"),
            ("noisy", f"Noisy (over {NOISY} in {DAYS} days, or mostly over in 5 min)"),
            ("silent", "Never fired"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of what `with_counts` has annotated."""
        match self.value():
            case "firing":
                return queryset.filter(pk__in=_firing().values("threshold"))
            case "noisy":
                # Counted once: in the condition each count would be made again for each mention.
                counts = queryset.values_list("pk", "fired_count", "brief_count")
                return queryset.filter(pk__in=[pk for pk, *counted in counts if _noisy(*counted)])
            case "silent":
                fired = Alert.objects.filter(threshold=OuterRef("pk"), fired_ms__isnull=False)
                return queryset.filter(~Exists(fired))
        return queryset
