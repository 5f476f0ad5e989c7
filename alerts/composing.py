"""Makes of a delivery the message that its channel sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from alerts import links, wording
from alerts.lifecycle import worst
from alerts.message import Item, Message
from alerts.models import Delivery, DeliveryItem, DeliveryKind, DeliveryStatus
from monitoring import store
from monitoring.catalogue import METRICS
from monitoring.store import SeriesRef

# What a person can read; of the others there is the number.
MOST_ITEMS = 10
_HOUR_MS = 3_600_000
_RECENT_STEP_MS = 60_000
_OF_FIRING = (DeliveryKind.FIRING, DeliveryKind.REPEAT, DeliveryKind.ESCALATION)


def compose(delivery: Delivery) -> Message | None:
    """None where all that it would tell is over and was told so."""
    rows = _rows(delivery)
    if not rows:
        return None
    snapshots = [row for _alert_id, row in rows]
    shown = rows[:MOST_ITEMS]
    recent = _recent([row for _alert_id, row in shown], delivery.created_ms)
    resolved = delivery.kind == DeliveryKind.RESOLVED
    return Message(
        kind=delivery.kind,
        status="resolved" if resolved else "firing",
        severity=worst([row["severity"] for row in snapshots]),
        title=wording.title(
            [row["summary"] for row in snapshots],
            [row["threshold"] for row in snapshots],
            resolved,
        ),
        items=[_item(alert_id, row, recent) for alert_id, row in shown],
        more=len(rows) - len(shown),
        idempotency_key=delivery.idempotency_key,
        group_key=delivery.group_key,
        time_ms=delivery.created_ms,
        attempt=max(1, delivery.attempts),
        portal_url=settings.PUBLIC_URL,
        earlier=_earlier(delivery),
    )


def _rows(delivery: Delivery) -> list[tuple[int, dict[str, Any]]]:
    if "made_up" in delivery.receipt:
        return [(0, delivery.receipt["made_up"])]
    items = delivery.items.order_by("pk")
    if delivery.kind in _OF_FIRING and delivery.attempts > 1:
        told = DeliveryItem.objects.filter(
            delivery__channel=delivery.channel_id,
            delivery__kind=DeliveryKind.RESOLVED,
            delivery__status=DeliveryStatus.SENT,
        )
        items = items.exclude(alert__in=told.values("alert"))
    return [(each.alert_id, each.snapshot) for each in items]


def _recent(snapshots: Sequence[dict[str, Any]], now_ms: int) -> dict[int, list[float]]:
    """By series, the means of the last hour's minutes."""
    refs = [
        SeriesRef(row["series_id"], row["metric"], row["labels"])
        for row in snapshots
        if row["series_id"] is not None
    ]
    if not refs:
        return {}
    windows = store.windows_of(refs, now_ms - _HOUR_MS, now_ms, _RECENT_STEP_MS)
    return {each.series.id: [bucket.mean for bucket in each.buckets][-60:] for each in windows}


def _item(alert_id: int, row: dict[str, Any], recent: dict[int, list[float]]) -> Item:
    fields: dict[str, Any] = {name: value for name, value in row.items() if name != "series_id"}
    metric = METRICS.get(row["metric"])
    made: dict[str, Any] = {"acknowledge_url": "", "silence_url": "", "url": settings.PUBLIC_URL}
    if alert_id:
        made = {
            "acknowledge_url": links.acknowledge_url(alert_id),
            "silence_url": links.silence_url(alert_id),
            "url": links.alert_url(alert_id),
        }
    return Item(
        alert_id=alert_id,
        unit=metric.unit if metric else "",
        recent=recent.get(row["series_id"] or 0, []),
        dashboard_url=links.dashboard_url(row["since_ms"]),
        **made,
        **fields,
    )


def _earlier(delivery: Delivery) -> dict[str, Any]:
    """Of the message that told of the same before."""
    before = Delivery.objects.filter(
        channel=delivery.channel_id, kind__in=_OF_FIRING, status=DeliveryStatus.SENT
    ).exclude(pk=delivery.pk)
    alerts = delivery.items.values("alert")
    found = before.filter(items__alert__in=alerts).order_by("-pk").first()
    return dict(found.receipt.get("data", {})) if found else {}


def item_summaries(delivery: Delivery) -> str:
    rows = [row for _alert_id, row in _rows(delivery)]
    resolved = delivery.kind == DeliveryKind.RESOLVED
    summaries = [row["summary"] for row in rows]
    return wording.title(summaries, [row["threshold"] for row in rows], resolved) if rows else ""
