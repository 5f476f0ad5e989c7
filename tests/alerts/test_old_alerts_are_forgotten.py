"""Alerts and messages are kept for more than a year, and what is open for ever."""

from __future__ import annotations

import pytest

from alerts.forgetting import DAY_MS, KEEP_DAYS, forget_old
from alerts.models import Alert, AlertEvent, Delivery, DeliveryStatus
from tests.alerts.watched_host import START_MS, channel, measure, route, threshold

pytestmark = pytest.mark.django_db


def test_what_ended_long_ago_goes_with_its_messages_and_what_is_open_stays() -> None:
    route(channel())
    threshold()
    measure(95, 0, "over")
    measure(95, 0, "open")
    Delivery.objects.update(status=DeliveryStatus.SENT, sent_ms=START_MS, attempts=1)
    measure(10, 60, "over")
    Delivery.objects.filter(status="queued").update(status=DeliveryStatus.DEAD)
    limit_ms = START_MS + KEEP_DAYS * DAY_MS
    assert forget_old(limit_ms + 60_000) == 0
    assert forget_old(limit_ms + 60_001) == 1
    (left,) = Alert.objects.all()
    assert left.labels == {"host": "open"}
    assert not AlertEvent.objects.exclude(alert=left).exists()
    assert [each.kind for each in Delivery.objects.all()] == ["firing"]
