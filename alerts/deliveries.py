"""Queues messages: rows of the outbox, written in the transaction of what they tell of."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from alerts.channels.registry import kind_named
from alerts.models import (
    Alert,
    AlertEvent,
    Channel,
    Delivery,
    DeliveryItem,
    DeliveryKind,
    DeliveryStatus,
    EventKind,
)
from alerts.routing import Told
from alerts.signals import deliveries_queued
from alerts.snapshots import made_up, snapshot

_WAITING = (DeliveryStatus.QUEUED, DeliveryStatus.FAILED)
_TOLD_OF_FIRING = (DeliveryKind.FIRING, DeliveryKind.REPEAT, DeliveryKind.ESCALATION)


@dataclass(frozen=True, slots=True)
class Notice:
    """That one alert is to be told to one channel."""

    alert: Alert
    told: Told
    kind: DeliveryKind


def queue(notices: Sequence[Notice], now_ms: int) -> None:
    """Within the caller's transaction. Those of one group and channel become one message; and join
    one that still waits."""
    if not notices:
        return
    channels = Channel.objects.in_bulk({each.told.channel_id for each in notices})
    groups: dict[tuple[int, str, str], list[Notice]] = {}
    refused: list[AlertEvent] = []
    for each in notices:
        channel = channels.get(each.told.channel_id)
        if channel is not None and channel.enabled:
            groups.setdefault(_group(each, channel), []).append(each)
        else:
            refused.append(_not_told(each, now_ms, channel))
    new: list[Delivery] = []
    items: list[DeliveryItem] = []
    for key, members in groups.items():
        delivery = (_joins(key) and _waiting(key)) or _new(key, members, now_ms)
        if delivery.pk is None:
            new.append(delivery)
        items += [_item(delivery, each) for each in members]
    Delivery.objects.bulk_create(new)
    for item in items:
        item.delivery_id = item.delivery.pk
    DeliveryItem.objects.bulk_create(items, ignore_conflicts=True)
    told = [_event(each, now_ms) for members in groups.values() for each in members]
    AlertEvent.objects.bulk_create([*refused, *told])
    wake({key[0] for key in groups})


def wake(channel_ids: Iterable[int]) -> None:
    """Once this is committed; until then nobody could see the rows."""
    found = set(channel_ids)
    if found:
        transaction.on_commit(
            lambda: deliveries_queued.send_robust(sender=Delivery, channel_ids=found)
        )


def _group(notice: Notice, channel: Channel) -> tuple[int, str, str]:
    if not kind_named(channel.kind).tells_groups:
        return channel.pk, f"alert:{notice.alert.pk}", notice.kind
    return channel.pk, notice.told.group_key, notice.kind


def _joins(key: tuple[int, str, str]) -> bool:
    return not key[1].startswith("alert:")


def _waiting(key: tuple[int, str, str]) -> Delivery | None:
    """A message of the group that nobody has begun to send. To touch it keeps it from being
    claimed until this transaction ends."""
    channel_id, group_key, kind = key
    open_ones = Delivery.objects.filter(
        channel_id=channel_id,
        group_key=group_key,
        kind=kind,
        status=DeliveryStatus.QUEUED,
        attempts=0,
        leased_until_ms=0,
    )
    return open_ones.select_for_update().order_by("pk").first()


def _new(key: tuple[int, str, str], members: Sequence[Notice], now_ms: int) -> Delivery:
    channel_id, group_key, kind = key
    wait_ms = max(each.told.wait_ms for each in members) if _joins(key) else 0
    return Delivery(
        channel_id=channel_id,
        kind=kind,
        idempotency_key=uuid.uuid4().hex,
        group_key=group_key,
        created_ms=now_ms,
        due_ms=now_ms + (wait_ms if kind == DeliveryKind.FIRING else 0),
    )


def _item(delivery: Delivery, notice: Notice) -> DeliveryItem:
    return DeliveryItem(delivery=delivery, alert=notice.alert, snapshot=snapshot(notice.alert))


def _event(notice: Notice, now_ms: int) -> AlertEvent:
    why = notice.told.why
    return AlertEvent(
        alert=notice.alert,
        time_ms=now_ms,
        kind=EventKind.TOLD,
        reason=why if notice.kind == DeliveryKind.FIRING else f"{notice.kind}: {why}",
        channel_id=notice.told.channel_id,
    )


def _not_told(notice: Notice, now_ms: int, channel: Channel | None) -> AlertEvent:
    return AlertEvent(
        alert=notice.alert,
        time_ms=now_ms,
        kind=EventKind.NOT_TOLD,
        reason="the channel is paused" if channel else "the channel is gone",
        channel=channel,
    )


def queue_recovery(alerts: Sequence[Alert], now_ms: int) -> None:
    """To those that were told, and only to them. What still waited to be told is taken back."""
    told = _told_of(alerts)
    taken_back = _withdraw(told, now_ms)
    by_id = {each.pk: each for each in alerts}
    notices = {
        (item.alert_id, item.delivery.channel_id): Notice(
            by_id[item.alert_id],
            Told(item.delivery.channel_id, item.delivery.group_key, 0, "it was told there"),
            DeliveryKind.RESOLVED,
        )
        for item in told
        if item.pk not in taken_back
    }
    queue(list(notices.values()), now_ms)


def _told_of(alerts: Sequence[Alert]) -> list[DeliveryItem]:
    rows = DeliveryItem.objects.filter(
        alert__in=[each.pk for each in alerts], delivery__kind__in=_TOLD_OF_FIRING
    )
    return list(rows.exclude(delivery__status=DeliveryStatus.DEAD).select_related("delivery"))


def _withdraw(told: Sequence[DeliveryItem], now_ms: int) -> set[int]:
    """Takes back what nobody has begun to send. Returns the numbers of those items."""
    waiting = Delivery.objects.filter(
        pk__in={each.delivery_id for each in told},
        status=DeliveryStatus.QUEUED,
        attempts=0,
        leased_until_ms=0,
    )
    untouched = set(waiting.select_for_update().values_list("pk", flat=True))
    items = [each for each in told if each.delivery_id in untouched]
    AlertEvent.objects.bulk_create(
        AlertEvent(
            alert_id=item.alert_id,
            time_ms=now_ms,
            kind=EventKind.NOT_TOLD,
            reason="it was over before the message was sent",
            channel_id=item.delivery.channel_id,
        )
        for item in items
    )
    taken_back = {item.pk for item in items}
    DeliveryItem.objects.filter(pk__in=taken_back).delete()
    Delivery.objects.filter(pk__in=untouched, items=None).delete()
    return taken_back


def queue_test(channel: Channel, by: str, kind: DeliveryKind = DeliveryKind.TEST) -> Delivery:
    """A made-up alert the whole way through a channel. Nobody is woken: the caller says when."""
    now_ms = time.time_ns() // 1_000_000
    return Delivery.objects.create(
        channel=channel,
        kind=kind,
        idempotency_key=uuid.uuid4().hex,
        group_key=f"{kind}:{channel.pk}",
        created_ms=now_ms,
        due_ms=now_ms,
        receipt={"made_up": made_up(channel.name, by, now_ms)},
    )
