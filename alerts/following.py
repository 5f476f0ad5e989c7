"""What a channel was told of the same alerts before: a recovery changes that message, a repetition
goes into its thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts.models import Alert, Delivery, DeliveryItem, DeliveryKind, DeliveryStatus
from alerts.snapshots import snapshot

OF_FIRING = (DeliveryKind.FIRING, DeliveryKind.REPEAT, DeliveryKind.ESCALATION)
_FOLLOWING = (*OF_FIRING, DeliveryKind.RESOLVED)
MOST_ROWS = 200
Rows = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Earlier:
    """`data` is the receipt's; `rows`, of a recovery alone, are the alerts that message told of, by
    number, as they are now, at most MOST_ROWS."""

    data: Mapping[str, Any] = field(default_factory=dict)
    rows: Rows = field(default_factory=list)


NOTHING_EARLIER = Earlier()


def earlier(deliveries: Sequence[Delivery]) -> dict[int, Earlier]:
    """By delivery, of one channel; those that tell of something for the first time are absent."""
    following = {each.pk: each for each in deliveries if each.kind in _FOLLOWING}
    if not following:
        return {}
    told = _told_in(following)
    before = _messages_before({alert for alerts in told.values() for alert in alerts}, deliveries)
    found: dict[int, Earlier] = {}
    for delivery_id, alerts in told.items():
        known = [before[alert] for alert in alerts if alert in before]
        kind = following[delivery_id].kind
        # Hidden in the thread of another nobody would see what has only just begun.
        if not known or (kind == DeliveryKind.FIRING and len(known) < len(alerts)):
            continue
        message_id, data = known[-1]
        rows = _as_they_are(message_id) if kind == DeliveryKind.RESOLVED else []
        found[delivery_id] = Earlier(data, rows)
    return found


def _told_in(deliveries: Mapping[int, Delivery]) -> dict[int, list[int]]:
    """The alerts of each."""
    items = DeliveryItem.objects.filter(delivery__in=list(deliveries)).order_by("pk")
    found: dict[int, list[int]] = {}
    for delivery_id, alert_id in items.values_list("delivery", "alert"):
        found.setdefault(delivery_id, []).append(alert_id)
    return found


def _messages_before(
    alert_ids: set[int], deliveries: Sequence[Delivery]
) -> dict[int, tuple[int, dict[str, Any]]]:
    """By alert, the newest message and its receipt's data; of those with the same data, which are
    in its thread, the first."""
    items = DeliveryItem.objects.filter(
        alert__in=alert_ids,
        delivery__channel=deliveries[0].channel_id,
        delivery__kind__in=OF_FIRING,
        delivery__status=DeliveryStatus.SENT,
    )
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    rows = items.order_by("delivery").values_list("alert", "delivery", "delivery__receipt")
    for alert_id, delivery_id, receipt in rows:
        data = receipt.get("data")
        if data and (alert_id not in found or found[alert_id][1] != data):
            found[alert_id] = delivery_id, data
    return found


def _as_they_are(delivery_id: int) -> Rows:
    alerts = Alert.objects.filter(told_by__delivery=delivery_id).select_related("threshold")
    # Those that fire come first, so that none is overlooked.
    return [(each.pk, snapshot(each)) for each in alerts.order_by("state", "pk")[:MOST_ROWS]]
