"""Whatever is measured, whoever acts and wherever clocks jump: never two open alerts, no recovery
of what was not told, and no silence without a reason. Through engine, routing and rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import acting
from alerts.models import (
    OPEN,
    Alert,
    AlertEvent,
    Channel,
    Delivery,
    DeliveryItem,
    DeliveryKind,
    DeliveryStatus,
    EventKind,
)
from tests.alerts.watched_host import START_MS, channel, measure, route, threshold, tick

pytestmark = pytest.mark.django_db

STEPS = st.lists(
    st.tuples(
        st.integers(-300, 600),
        st.sampled_from([95.0, 85.0, 20.0, None]),
        st.sampled_from(["", "", "sent", "acknowledge", "silence", "resolve", "close", "open"]),
    ),
    max_size=8,
)
LIVES = st.fixed_dictionaries(
    {
        "for_seconds": st.sampled_from([0, 60]),
        "keep_firing_seconds": st.sampled_from([0, 60]),
        "no_data": st.sampled_from(["alert", "keep", "ok"]),
        "warning_value": st.sampled_from([None, 80.0]),
    }
)


@settings(max_examples=20, deadline=None)
@given(LIVES, STEPS)
def test_it_holds(life: dict[str, Any], steps: list[tuple[int, float | None, str]]) -> None:
    with transaction.atomic():
        hook = channel()
        route(hook, repeat_seconds=300)
        threshold(**life)
        second = 0
        for seconds, value, action in steps:
            second += seconds
            act(action, START_MS + second * 1000)
            tick(second)
            if value is not None:
                measure(value, second)
            check()
        transaction.set_rollback(True)


def act(action: str, now_ms: int) -> None:
    if action == "sent":
        Delivery.objects.update(status=DeliveryStatus.SENT, attempts=1, sent_ms=now_ms)
    if action in ("close", "open"):
        Channel.objects.update(enabled=action == "open")
    for alert in Alert.objects.filter(state__in=OPEN):
        if action == "acknowledge":
            acting.acknowledge(alert, "ada", now_ms)
        if action == "silence":
            acting.silence_alert(alert, 120, "ada", now_ms)
        if action == "resolve":
            acting.resolve(alert, "ada", now_ms)


def check() -> None:
    open_ones = Alert.objects.filter(state__in=OPEN).values("threshold", "fingerprint")
    assert all(row["count"] == 1 for row in open_ones.annotate(count=Count("pk")))
    recoveries = DeliveryItem.objects.filter(delivery__kind=DeliveryKind.RESOLVED)
    for item in recoveries:
        earlier = Delivery.objects.filter(pk__lt=item.delivery_id, items__alert=item.alert_id)
        assert earlier.filter(channel=item.delivery.channel_id).exists()
        assert item.alert.fired_ms is not None
    heard = AlertEvent.objects.filter(kind__in=(EventKind.TOLD, EventKind.NOT_TOLD))
    assert not heard.filter(reason="").exists()
    fired = Alert.objects.filter(fired_ms__isnull=False).values_list("pk", flat=True)
    assert set(fired) <= set(heard.values_list("alert", flat=True))
