"""Alerts and messages are kept for more than a year: so long one may look back and compare."""

from __future__ import annotations

from alerts.models import Alert, AlertState, Delivery, DeliveryStatus

KEEP_DAYS = 400
DAY_MS = 86_400_000
# A statement for each, so that a table of years is not locked at once.
BATCH = 500
_OVER = (DeliveryStatus.SENT, DeliveryStatus.DEAD)


def forget_old(now_ms: int) -> int:
    """Deletes alerts that ended too long ago with their history, and messages that tell of none any
    more. What is open is never deleted. Returns how many alerts were."""
    oldest_ms = now_ms - KEEP_DAYS * DAY_MS
    old = Alert.objects.filter(state=AlertState.RESOLVED, started_ms__lt=oldest_ms)
    forgotten = 0
    while numbers := list(
        old.filter(resolved_ms__lt=oldest_ms).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        Alert.objects.filter(pk__in=numbers).delete()
        forgotten += len(numbers)
    Delivery.objects.filter(created_ms__lt=oldest_ms, status__in=_OVER, items=None).delete()
    return forgotten
