"""A drill: once a month a made-up alert goes the whole way through a channel. One that is not taken
becomes an alert, as any refusal does."""

from __future__ import annotations

import time

from django.db.models import Max, Q

from alerts.deliveries import queue_test, wake
from alerts.models import Channel, DeliveryKind

EVERY_MS = 30 * 24 * 3_600_000


def start_due(now_ms: int | None = None) -> int:
    """Returns how many drills were queued."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    drills = Max("deliveries__created_ms", filter=Q(deliveries__kind=DeliveryKind.DRILL))
    wanted = Channel.objects.filter(drill=True, enabled=True).annotate(drilled_ms=drills)
    due = [each for each in wanted if now_ms - (each.drilled_ms or 0) >= EVERY_MS]
    for channel in due:
        queue_test(channel, "the monthly drill", DeliveryKind.DRILL)
    wake(channel.pk for channel in due)
    return len(due)
