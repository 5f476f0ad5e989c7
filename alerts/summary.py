"""The alerts that fire, for health endpoints and the dashboard."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from alerts.lifecycle import RANKS
from alerts.models import Alert, AlertState
from monitoring.serializers import iso

MOST_LISTED = 100


def firing() -> QuerySet[Alert]:
    """The worst first, of those the newest."""
    return firing_first().filter(state=AlertState.FIRING)


def firing_first() -> QuerySet[Alert]:
    """Of all alerts those that fire come first; then the worst, of those the newest."""
    rank = Case(
        *(When(severity=name, then=Value(rank)) for name, rank in RANKS.items()),
        default=Value(0),
        output_field=IntegerField(),
    )
    is_firing = Case(When(state=AlertState.FIRING, then=Value(1)), default=Value(0))
    return Alert.objects.order_by(is_firing.desc(), rank.desc(), "-fired_ms", "-pk")


def firing_summary() -> dict[str, Any]:
    """As /api/health/detailed shows it."""
    counts = Alert.objects.filter(state=AlertState.FIRING).aggregate(
        firing=Count("pk"), acknowledged=Count("pk", filter=Q(acknowledged_ms__isnull=False))
    )
    items = [
        {
            "threshold": each.name,
            "severity": each.severity,
            "since": iso(each.fired_ms or each.started_ms),
            "value": each.value,
            "labels": each.labels,
            "message": each.message,
        }
        for each in firing()[:MOST_LISTED]
    ]
    return {**counts, "items": items}
