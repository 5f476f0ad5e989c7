"""Ends alerts otherwise than by a good value: by hand, or because nothing judges them any more."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from alerts.deliveries import queue_recovery
from alerts.models import OPEN, Alert, AlertEvent, AlertState, EventKind
from alerts.writing import write

BY_HAND = "resolved by hand"
_UNWATCHED = (
    (Q(threshold=None), "its threshold was deleted"),
    (Q(threshold__enabled=False), "its threshold is switched off"),
)


@transaction.atomic
def end(alert_ids: Collection[int], why: str, now_ms: int, by: str = "") -> int:
    """Those that were told hear of it, with the reason. Returns how many were open."""
    rows = Alert.objects.filter(pk__in=alert_ids, state__in=OPEN).select_related("threshold")
    alerts = list(rows.select_for_update(of=("self",)).order_by("pk"))
    fired = [each for each in alerts if each.state == AlertState.FIRING]
    for each in alerts:
        each.state, each.resolved_ms, each.resolved_why = AlertState.RESOLVED, now_ms, why
    write(alerts, ["state", "resolved_ms", "resolved_why"])
    AlertEvent.objects.bulk_create(
        AlertEvent(alert=each, time_ms=now_ms, kind=EventKind.RESOLVED, reason=why, by=by[:150])
        for each in alerts
    )
    if fired:
        queue_recovery(fired, now_ms)
    return len(alerts)


def end_unwatched(now_ms: int) -> int:
    """Else they would fire, and be repeated, for ever."""
    ended = 0
    for which, why in _UNWATCHED:
        found = Alert.objects.filter(which, state__in=OPEN).values_list("pk", flat=True)
        alert_ids = list(found)
        if alert_ids:
            ended += end(alert_ids, why, now_ms)
    return ended
