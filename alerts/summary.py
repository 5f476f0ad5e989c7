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
    rank = Case(
        *(When(severity=name, then=Value(rank)) for name, rank in RANKS.items()),
        default=Value(0),
        output_field=IntegerField(),
    )
    return Alert.objects.filter(state=AlertState.FIRING).order_by(rank.desc(), "-fired_ms", "-pk")


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
