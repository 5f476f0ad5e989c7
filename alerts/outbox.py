"""The outbox: claim by lease, send, then mark. After a crash it is sent again, by the same key."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Collection, Sequence
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Least

from alerts.channels.base import ChannelKind, PermanentError, Receipt, TemporaryError
from alerts.channels.registry import kind_named
from alerts.composing import compose
from alerts.editing import kind_of
from alerts.message import Message
from alerts.models import (
    AlertEvent,
    Channel,
    Delivery,
    DeliveryItem,
    DeliveryKind,
    DeliveryStatus,
    EventKind,
)
from alerts.retrying import LONGEST_WAIT_MS, is_hopeless, next_try_ms
from alerts.signals import deliveries_queued
from monitoring import store
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

logger = logging.getLogger(__name__)

BATCH = 20
LEASE_MS = 60_000
# A send may take so long; what of a batch is left with less is another claim's.
_SEND_MS = 15_000
_NOTE_EVERY_MS = 1000
# Together less than what is left of a lease after the longest send.
_MARK_AGAIN_SECONDS = (0.1, 1.0, 3.0)
# A message goes on being tried for a day, but so long other channels are not left in the dark.
PATIENCE_MS = 10 * 60_000
_WAITING = (DeliveryStatus.QUEUED, DeliveryStatus.FAILED)


def wake(channel_ids: Collection[int]) -> None:
    deliveries_queued.send_robust(sender=Delivery, channel_ids=set(channel_ids))


def due_channels(now_ms: int) -> list[int]:
    rows = Delivery.objects.filter(
        status__in=_WAITING, due_ms__lte=now_ms, leased_until_ms__lte=now_ms
    )
    ready = rows.filter(channel__enabled=True, channel__quiet_until_ms__lte=now_ms)
    # Without the model's order, by which each delivery would be another row.
    return list(ready.order_by("channel").values_list("channel", flat=True).distinct())


def set_right(now_ms: int) -> int:
    """After a clock was set back: messages would wait for a time that is yet to come, and a rate
    would count those that were sent then. Returns how many waited."""
    ahead_ms = now_ms + LEASE_MS
    since_ms = now_ms - 24 * 3_600_000
    Delivery.objects.filter(created_ms__gt=since_ms, sent_ms__gt=ahead_ms).update(sent_ms=now_ms)
    Channel.objects.filter(quiet_until_ms__gt=now_ms + LONGEST_WAIT_MS).update(quiet_until_ms=0)
    waiting = Delivery.objects.filter(status__in=_WAITING)
    waiting.filter(leased_until_ms__gt=ahead_ms + LEASE_MS).update(leased_until_ms=0)
    too_late = Q(status=DeliveryStatus.FAILED, due_ms__gt=now_ms + LONGEST_WAIT_MS)
    return waiting.filter(too_late | Q(created_ms__gt=ahead_ms)).update(
        created_ms=Least("created_ms", Value(now_ms)), due_ms=now_ms
    )


def drain(channel_id: int) -> int:
    """Sends what is due to one channel, as fast as it may hear. Returns how many were taken."""
    taken = 0
    while (channel := Channel.objects.filter(pk=channel_id, enabled=True).first()) is not None:
        room = _room(channel, _now_ms())
        claimed = claim(channel, _now_ms(), min(BATCH, room)) if room > 0 else []
        if not claimed:
            return taken
        taken += _send_all(channel, claimed)
    return taken


def _send_all(channel: Channel, claimed: Sequence[Delivery]) -> int:
    """How many were taken. What there is no time for is left to whoever claims it next, and so is
    all that follows once the receiver has asked for a pause."""
    try:
        kind = kind_of(channel)
    except (SettingsError, UnreadableSecretError) as error:
        for delivery in claimed:
            _mark_dead(delivery, str(error))
        return 0
    messages = compose(claimed, with_recent=kind.shows_recent, with_earlier=kind.follows_up)
    taken = 0
    for place, delivery in enumerate(claimed, start=1):
        if delivery.leased_until_ms - _now_ms() >= _SEND_MS:
            delivery.channel = channel
            taken += _send(kind, delivery, messages[delivery.pk])
        if channel.quiet_until_ms > _now_ms():
            _give_back(claimed[place:])
            break
    return taken


def _give_back(claimed: Sequence[Delivery]) -> None:
    """As if nobody had claimed them: they may still become one message. Those whose lease has run
    out meanwhile are another's."""
    for each in claimed:
        mine = Delivery.objects.filter(pk=each.pk, leased_until_ms=each.leased_until_ms)
        mine.update(leased_until_ms=0, attempts=F("attempts") - 1)


def _room(channel: Channel, now_ms: int) -> int:
    """How many messages may be sent now. Where more wait than that, they become one."""
    if channel.quiet_until_ms > now_ms:
        return 0
    # Of the class: settings that cannot be read any more are for the send to find out.
    kind = kind_named(channel.kind)
    limit = channel.max_per_minute or kind.max_per_minute
    sent = channel.deliveries.filter(sent_ms__gt=now_ms - 60_000).count()
    room = limit - sent
    waiting = channel.deliveries.filter(status=DeliveryStatus.QUEUED, due_ms__lte=now_ms).count()
    if waiting > max(room, 1) and kind.tells_groups:
        _merge(channel, now_ms)
    return room


@transaction.atomic
def _merge(channel: Channel, now_ms: int) -> None:
    """Of each kind one message that tells of all that wait."""
    rows = channel.deliveries.filter(
        status=DeliveryStatus.QUEUED, attempts=0, due_ms__lte=now_ms, leased_until_ms=0
    )
    firsts: dict[str, Delivery] = {}
    for row in rows.select_for_update().order_by("pk"):
        first = firsts.setdefault(row.kind, row)
        if first is not row:
            known = first.items.values("alert")
            row.items.exclude(alert__in=known).update(delivery=first)
            row.delete()


def claim(channel: Channel, now_ms: int, limit: int) -> list[Delivery]:
    """The oldest first. One statement, a compare-and-swap in itself. What is due is worked out
    first: as a subquery PostgreSQL may run it once for each row, past the limit."""
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = f"""
        WITH due AS MATERIALIZED (
            SELECT id FROM alerts_delivery
            WHERE channel_id = %s AND status IN ('queued', 'failed')
              AND due_ms <= %s AND leased_until_ms <= %s
            ORDER BY due_ms, id LIMIT %s {skip})
        UPDATE alerts_delivery SET leased_until_ms = %s, attempts = attempts + 1
        WHERE id IN (SELECT id FROM due)
        RETURNING id
    """  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [channel.pk, now_ms, now_ms, limit, now_ms + LEASE_MS])
        claimed = [row[0] for row in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=claimed).order_by("due_ms", "pk"))


def deliver_now(delivery_pk: int) -> Delivery:
    """One message at once, for a person who waits for the answer."""
    now_ms = _now_ms()
    claimed = Delivery.objects.filter(
        pk=delivery_pk, status__in=_WAITING, leased_until_ms__lte=now_ms
    ).update(leased_until_ms=now_ms + LEASE_MS, attempts=1)
    delivery = Delivery.objects.select_related("channel").get(pk=delivery_pk)
    if claimed:
        _send_all(delivery.channel, [delivery])
    delivery.refresh_from_db()
    return delivery


def _send(kind: ChannelKind, delivery: Delivery, message: Message | None) -> bool:
    """True when it was taken. What went wrong is in the row, and in the alert's history."""
    if message is None:
        _mark_superseded(delivery)
        return True
    _released()
    started = time.perf_counter()
    try:
        receipt = kind.send(message)
    except TemporaryError as error:
        _mark_failed(delivery, str(error), error.retry_after_seconds)
        return False
    except PermanentError as error:
        _mark_dead(delivery, str(error))
        return False
    except Exception as error:
        logger.exception("delivery %s to %s failed", delivery.pk, delivery.channel.name)
        _mark_failed(delivery, f"{type(error).__name__} (see the worker's log)", None)
        return False
    _mark_sent(delivery, receipt, (time.perf_counter() - started) * 1000)
    return True


def _released() -> None:
    """A pool's connection is not kept while a receiver is waited for: twenty channels that hang
    would leave none to anybody. To open a file again would cost more than it gives."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


def _mark_superseded(delivery: Delivery) -> None:
    """The recovery was told already: to say afterwards that it fires would be wrong."""
    Delivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.SENT, leased_until_ms=0, error="not sent: it was over by then"
    )


def _mark_sent(delivery: Delivery, receipt: Receipt, latency_ms: float) -> None:
    """At once and by itself: a process that is killed between the receiver's answer and this tells
    it a second time. What is only good to know comes after, and must not undo it."""
    now_ms = _now_ms()
    _marked(
        delivery,
        status=DeliveryStatus.SENT,
        sent_ms=now_ms,
        leased_until_ms=0,
        latency_ms=latency_ms,
        error="",
        receipt={
            **delivery.receipt,
            "answer": receipt.answer[:2000],
            "data": dict(receipt.data),
        },
    )
    try:
        _note_success(delivery.channel, latency_ms, now_ms)
    except DatabaseError as error:
        logger.warning("cannot note that %s works: %s", delivery.channel.name, error)


def _marked(delivery: Delivery, **values: Any) -> None:
    """A database that is away for a moment is tried again, for it has been told."""
    for wait_seconds in (*_MARK_AGAIN_SECONDS, None):
        try:
            Delivery.objects.filter(pk=delivery.pk).update(**values)
            return
        except DatabaseError:
            if wait_seconds is None or connection.in_atomic_block:
                raise
            connection.close()  # the next query makes a new one
            time.sleep(wait_seconds)


def _note_success(channel: Channel, latency_ms: float, now_ms: int) -> None:
    """Of a thousand messages in a row it is enough to note one a second."""
    before = channel.last_success_ms or 0
    was_failing = (channel.last_error_ms or 0) > before
    if not was_failing and now_ms - before < _NOTE_EVERY_MS:
        return
    channel.last_success_ms, channel.latency_ms = now_ms, latency_ms
    Channel.objects.filter(pk=channel.pk).update(last_success_ms=now_ms, latency_ms=latency_ms)
    if was_failing or not before:
        _record_failing(channel, 0.0, now_ms)


def _mark_failed(delivery: Delivery, error: str, retry_after_seconds: float | None) -> None:
    now_ms = _now_ms()
    if is_hopeless(delivery.created_ms, now_ms) or delivery.kind == DeliveryKind.TEST:
        _mark_dead(delivery, error)
        return
    dice = random.random()  # noqa: S311 (spreads retries, keeps no secret)
    due_ms = next_try_ms(delivery.attempts, now_ms, retry_after_seconds, dice)
    Delivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.FAILED, due_ms=due_ms, leased_until_ms=0, error=error[:500]
    )
    _note_error(delivery.channel, error, now_ms)
    if retry_after_seconds:
        _pause(delivery.channel, now_ms + int(retry_after_seconds * 1000))
    if now_ms - delivery.created_ms > PATIENCE_MS:
        _record_failing(delivery.channel, 1.0, now_ms)


def _mark_dead(delivery: Delivery, error: str) -> None:
    now_ms = _now_ms()
    Delivery.objects.filter(pk=delivery.pk).update(
        status=DeliveryStatus.DEAD, leased_until_ms=0, error=error[:500]
    )
    _note_error(delivery.channel, error, now_ms)
    items = DeliveryItem.objects.filter(delivery=delivery)
    AlertEvent.objects.bulk_create(
        AlertEvent(
            alert_id=item.alert_id,
            time_ms=now_ms,
            kind=EventKind.NOT_TOLD,
            reason=f"the channel refused it: {error}"[:500],
            channel=delivery.channel,
        )
        for item in items
    )
    if delivery.kind != DeliveryKind.TEST:
        # Becomes an alert of its own, which other channels hear.
        _record_failing(delivery.channel, 1.0, now_ms)


def _note_error(channel: Channel, error: str, now_ms: int) -> None:
    channel.last_error_ms = now_ms
    Channel.objects.filter(pk=channel.pk).update(last_error_ms=now_ms, last_error=error[:500])


def _pause(channel: Channel, until_ms: int) -> None:
    channel.quiet_until_ms = until_ms
    Channel.objects.filter(pk=channel.pk).update(quiet_until_ms=until_ms)


def _record_failing(channel: Channel, value: float, now_ms: int) -> None:
    labels = {"channel": channel.name}
    store.record([store.Point("portal_channel_failing", labels, now_ms, value)])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
