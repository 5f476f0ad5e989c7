"""Makes of a delivery the message that its channel sends."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from alerts import links, wording
from alerts.following import NOTHING_EARLIER, OF_FIRING, Earlier, Rows, earlier
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


def compose(
    deliveries: Sequence[Delivery], *, with_recent: bool = True, with_earlier: bool = True
) -> dict[int, Message | None]:
    """By delivery, of one channel; None where all that it would tell is over and was told so."""
    rows = _rows(deliveries)
    shown = [row for each in rows.values() for _alert_id, row in each[:MOST_ITEMS]]
    recent = _recent(shown) if with_recent else {}
    before = earlier(deliveries) if with_earlier else {}
    return {
        each.pk: _message(each, rows[each.pk], recent, before.get(each.pk, NOTHING_EARLIER))
        if rows[each.pk]
        else None
        for each in deliveries
    }


def _message(
    delivery: Delivery,
    rows: Rows,
    recent: Mapping[int, list[float]],
    before: Earlier,
) -> Message:
    snapshots = [row for _alert_id, row in rows]
    shown = rows[:MOST_ITEMS]
    resolved = delivery.kind == DeliveryKind.RESOLVED
    return Message(
        kind=delivery.kind,
        status="resolved" if resolved else "firing",
        severity=worst([row["severity"] for row in snapshots]),
        title=_title(delivery, rows),
        items=[_item(alert_id, row, recent) for alert_id, row in shown],
        more=len(rows) - len(shown),
        idempotency_key=delivery.idempotency_key,
        group_key=delivery.group_key,
        time_ms=delivery.created_ms,
        attempt=max(1, delivery.attempts),
        portal_url=settings.PUBLIC_URL,
        earlier=before.data,
        earlier_items=[_item(alert_id, row, recent) for alert_id, row in before.rows],
    )


def _title(delivery: Delivery, rows: Rows) -> str:
    summaries = [row["summary"] for _alert_id, row in rows]
    thresholds = [row["threshold"] for _alert_id, row in rows]
    hosts = [row["labels"].get("host", "") for _alert_id, row in rows]
    return wording.title(summaries, thresholds, hosts, delivery.kind == DeliveryKind.RESOLVED)


def _rows(deliveries: Sequence[Delivery]) -> dict[int, Rows]:
    """The alerts of each, as they were."""
    found: dict[int, Rows] = {
        each.pk: [(0, each.receipt["made_up"])] if "made_up" in each.receipt else []
        for each in deliveries
    }
    over = _told_to_be_over([each for each in deliveries if each.attempts > 1])
    for item in DeliveryItem.objects.filter(delivery__in=deliveries).order_by("pk"):
        if (item.delivery_id, item.alert_id) not in over:
            found[item.delivery_id].append((item.alert_id, item.snapshot))
    return found


def _told_to_be_over(retried: Sequence[Delivery]) -> set[tuple[int, int]]:
    """Delivery and alert, where the channel has heard of the recovery in the meantime."""
    firing = [each for each in retried if each.kind in OF_FIRING]
    if not firing:
        return set()
    told = DeliveryItem.objects.filter(
        delivery__channel=firing[0].channel_id,
        delivery__kind=DeliveryKind.RESOLVED,
        delivery__status=DeliveryStatus.SENT,
    )
    items = DeliveryItem.objects.filter(delivery__in=firing, alert__in=told.values("alert"))
    return set(items.values_list("delivery", "alert"))


def _recent(snapshots: Sequence[dict[str, Any]]) -> dict[int, list[float]]:
    """By series, the means of the minutes of the last hour."""
    refs = {
        row["series_id"]: SeriesRef(row["series_id"], row["metric"], row["labels"])
        for row in snapshots
        if row["series_id"] is not None
    }
    if not refs:
        return {}
    now_ms = time.time_ns() // 1_000_000
    windows = store.windows_of(list(refs.values()), now_ms - _HOUR_MS, now_ms, _RECENT_STEP_MS)
    return {each.series.id: [bucket.mean for bucket in each.buckets][-60:] for each in windows}


def _item(alert_id: int, row: dict[str, Any], recent: Mapping[int, list[float]]) -> Item:
    fields: dict[str, Any] = {name: value for name, value in row.items() if name != "series_id"}
    # Rows of before an upgrade have none.
    metric = METRICS.get(row["metric"])
    fields.setdefault("unit", metric.unit if metric else "")
    made: dict[str, Any] = {"acknowledge_url": "", "silence_url": "", "url": settings.PUBLIC_URL}
    if alert_id:
        made = {
            "acknowledge_url": links.acknowledge_url(alert_id),
            "silence_url": links.silence_url(alert_id),
            "url": links.alert_url(alert_id),
        }
    return Item(
        alert_id=alert_id,
        recent=recent.get(row["series_id"] or 0, []),
        dashboard_url=links.dashboard_url(row["since_ms"]),
        **made,
        **fields,
    )


def item_summaries(delivery: Delivery) -> str:
    """What it tells of, in one line; for lists."""
    rows = _rows([delivery])[delivery.pk]
    return _title(delivery, rows) if rows else ""
