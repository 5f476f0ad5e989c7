"""Channels: green because a message was taken, not because they are configured."""

from __future__ import annotations

import time
from collections.abc import Iterator

from alerts.models import Channel, Delivery, DeliveryStatus
from opsportal.doctor.base import Finding, advice, ok, wrong

OVERDUE_MS = 5 * 60_000
DAY_MS = 86_400_000


def examine() -> Iterator[Finding]:
    now_ms = time.time_ns() // 1_000_000
    channels = list(Channel.objects.filter(enabled=True))
    if not channels:
        yield advice(
            "nobody hears of alerts: there is no channel",
            "Add one in the admin, or set SLACK_WEBHOOK_URL or ALERT_EMAIL_TO and run: "
            "python manage.py setup",
        )
    yield from map(judged, channels)
    yield from _outbox(now_ms)


def judged(channel: Channel) -> Finding:
    """Pure."""
    if (channel.last_error_ms or 0) > (channel.last_success_ms or 0):
        mend = "Mend its settings in the admin, then choose “Send a test message”."
        return wrong(f"“{channel.name}” does not take messages: {channel.last_error}", mend)
    if not channel.last_success_ms:
        mend = "Choose “Send a test message” in the admin."
        return advice(f"“{channel.name}” has never been tried", mend)
    return ok(f"“{channel.name}” has taken its last message")


def _outbox(now_ms: int) -> Iterator[Finding]:
    waiting = (DeliveryStatus.QUEUED, DeliveryStatus.FAILED)
    deliveries = Delivery.objects.filter(channel__enabled=True)
    late = deliveries.filter(status__in=waiting, due_ms__lt=now_ms - OVERDUE_MS).count()
    if late:
        yield wrong(f"{late} messages are overdue", "See whether a worker answers (above).")
    since_ms = now_ms - DAY_MS
    dead = deliveries.filter(status=DeliveryStatus.DEAD, created_ms__gt=since_ms).count()
    if dead:
        mend = "See Deliveries in the admin: each says why, and can be sent again."
        yield advice(f"{dead} messages of the last day were given up", mend)
