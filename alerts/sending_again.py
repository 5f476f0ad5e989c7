"""Dead messages are sent again: as things are by then, for what they tell of may be over."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from alerts.following import OF_FIRING
from alerts.models import AlertState, Delivery, DeliveryKind, DeliveryStatus
from alerts.snapshots import snapshot


@transaction.atomic
def send_again(delivery_ids: Collection[int], now_ms: int) -> set[int]:
    """The channels that are to hear. They get another day of tries."""
    rows = Delivery.objects.filter(pk__in=delivery_ids, status=DeliveryStatus.DEAD)
    dead = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for delivery in dead:
        _bring_up_to_date(delivery)
        delivery.status, delivery.attempts = DeliveryStatus.QUEUED, 0
        delivery.created_ms = delivery.due_ms = now_ms
        delivery.leased_until_ms = 0
        delivery.save()
    return {each.channel_id for each in dead}


def _bring_up_to_date(delivery: Delivery) -> None:
    """Its recovery was not told where it was refused: an incident would stay open for ever."""
    items = list(delivery.items.select_related("alert__threshold"))
    for item in items:
        item.snapshot = snapshot(item.alert)
        item.save(update_fields=["snapshot"])
    are_over = items and all(item.alert.state == AlertState.RESOLVED for item in items)
    if are_over and delivery.kind in OF_FIRING:
        delivery.kind = DeliveryKind.RESOLVED
        # Another message than the first: whoever has taken that one must not drop it.
        delivery.idempotency_key = uuid.uuid4().hex
