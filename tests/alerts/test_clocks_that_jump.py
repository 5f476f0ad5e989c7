"""After a clock was set back nothing waits for a time that is yet to come."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from alerts.models import Channel, Delivery, DeliveryKind, DeliveryStatus
from alerts.outbox import LEASE_MS, due_channels, set_right
from tests.alerts.watched_host import START_MS, channel

pytestmark = pytest.mark.django_db
HOUR_MS = 3_600_000
AHEAD_MS = START_MS + 5 * HOUR_MS


@pytest.fixture
def hook() -> Channel:
    return channel()


def delivery(hook: Channel, **fields: Any) -> Delivery:
    given = {
        "created_ms": START_MS,
        "due_ms": START_MS,
        "idempotency_key": uuid.uuid4().hex,
        **fields,
    }
    return Delivery.objects.create(channel=hook, kind=DeliveryKind.FIRING, **given)


@pytest.mark.parametrize(
    "fields",
    [
        {"created_ms": AHEAD_MS, "due_ms": AHEAD_MS + 5000},
        {"status": DeliveryStatus.FAILED, "due_ms": AHEAD_MS + 5000},
        {"leased_until_ms": AHEAD_MS + LEASE_MS},
    ],
)
def test_a_message_of_the_time_ahead_is_sent_now(hook: Channel, fields: dict[str, Any]) -> None:
    made = delivery(hook, **fields)
    assert due_channels(START_MS) == []
    set_right(START_MS)
    assert due_channels(START_MS) == [hook.pk]
    made.refresh_from_db()
    assert made.created_ms == START_MS


def test_a_pause_of_the_time_ahead_is_over(hook: Channel) -> None:
    delivery(hook)
    Channel.objects.update(quiet_until_ms=AHEAD_MS)
    assert due_channels(START_MS) == []
    set_right(START_MS)
    assert due_channels(START_MS) == [hook.pk]


def test_what_was_sent_then_does_not_use_up_the_rate_for_hours(hook: Channel) -> None:
    made = delivery(hook, status=DeliveryStatus.SENT, created_ms=AHEAD_MS, sent_ms=AHEAD_MS)
    set_right(START_MS)
    made.refresh_from_db()
    assert made.sent_ms == START_MS


def test_what_waits_as_it_should_goes_on_waiting(hook: Channel) -> None:
    delivery(hook, due_ms=START_MS + 30_000, group_key="a group")
    delivery(hook, status=DeliveryStatus.FAILED, due_ms=START_MS + HOUR_MS, group_key="retry")
    delivery(hook, leased_until_ms=START_MS + LEASE_MS, group_key="being sent")
    assert set_right(START_MS) == 0
    assert due_channels(START_MS) == []
