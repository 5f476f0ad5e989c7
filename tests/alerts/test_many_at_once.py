"""A threshold that very many series cross in one moment: written in parts, and none is lost."""

from __future__ import annotations

import time

import pytest

from alerts import engine, outbox
from alerts.editing import save_channel
from alerts.engine import evaluate_all
from alerts.models import Alert, AlertState, Channel, Delivery, DeliveryItem
from alerts.writing import write
from monitoring import store
from tests.alerts.receiver import receiving
from tests.alerts.watched_host import START_MS, route, threshold

pytestmark = pytest.mark.django_db

MANY = 25


def measure_all(value: float, second: int) -> None:
    now_ms = START_MS + second * 1000
    points = [
        store.Point("cpu_percent", {"host": f"h{number}"}, now_ms, value) for number in range(MANY)
    ]
    store.record(points, now_ms=now_ms)
    evaluate_all(now_ms)


def test_all_are_told_and_the_message_says_of_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_AT_ONCE", 10)
    with receiving() as receiver:
        chat = Channel(name="chat", kind="slack", max_per_minute=1000)
        save_channel(chat, {"url": receiver.url})
        route(chat)
        threshold()
        for second, value in ((0, 95), (60, 10)):
            measure_all(value, second)
            # Queued at a time that was given; the outbox goes by the clock.
            Delivery.objects.update(due_ms=0, created_ms=time.time_ns() // 1_000_000)
            outbox.drain(chat.pk)
    fired, over = receiver.bodies
    assert fired["text"] == "25 alerts: CPU"
    assert over["text"] == "Resolved: 25 alerts: CPU"
    assert "and 15 more" in str(fired)
    assert Alert.objects.filter(state=AlertState.RESOLVED).count() == MANY
    assert DeliveryItem.objects.count() == 2 * MANY


def test_each_row_gets_its_own_values_and_keeps_the_rest() -> None:
    threshold()
    measure_all(95, 0)
    rows = list(Alert.objects.order_by("pk"))
    for number, row in enumerate(rows):
        row.labels, row.value, row.muted_by = {"n": str(number)}, None, f"é{number}"
        row.message = "not to be written"
    write(rows, ["labels", "value", "muted_by"])
    write([], ["labels"])
    found = list(Alert.objects.order_by("pk").values_list("labels", "value", "muted_by"))
    assert found == [({"n": str(n)}, None, f"é{n}") for n in range(MANY)]
    assert not Alert.objects.filter(message="not to be written").exists()
