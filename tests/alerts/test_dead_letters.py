"""What was refused for good is sent again by hand, as things are by then."""

from __future__ import annotations

import time

import pytest

from alerts import outbox
from alerts.editing import save_channel
from alerts.models import Channel, Delivery, DeliveryStatus
from alerts.retrying import GIVE_UP_AFTER_MS
from alerts.sending_again import send_again
from tests.alerts.receiver import Receiver, receiving
from tests.alerts.watched_host import START_MS, measure, route, threshold

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead() -> Delivery:
    """Of an alert that still fires."""
    hook = Channel(name="hook", kind="webhook")
    save_channel(hook, {"url": "http://127.0.0.1:1/"})
    route(hook)
    threshold()
    measure(95, 0)
    Delivery.objects.update(status=DeliveryStatus.DEAD, attempts=3, created_ms=START_MS)
    return Delivery.objects.get()


def sent(receiver: Receiver) -> list[tuple[str, str]]:
    """Again, now that the channel has been repaired. Status and key of what has come."""
    hook = Channel.objects.get()
    save_channel(hook, {"url": receiver.url})
    now_ms = time.time_ns() // 1_000_000
    assert send_again(list(Delivery.objects.values_list("pk", flat=True)), now_ms) == {hook.pk}
    outbox.drain(hook.pk)
    return [(each["status"], each["idempotency_key"]) for each in receiver.bodies]


def test_what_is_over_by_then_is_told_as_that(dead: Delivery) -> None:
    measure(10, 60)
    assert Delivery.objects.count() == 1, "no recovery goes where the alert has not gone"
    with receiving() as receiver:
        ((status, key),) = sent(receiver)
    assert status == "resolved"
    assert key != dead.idempotency_key, "another message than the one that may have been taken"


def test_what_still_fires_is_told_by_the_same_key_and_so_is_its_recovery(dead: Delivery) -> None:
    with receiving() as receiver:
        assert sent(receiver) == [("firing", dead.idempotency_key)]
        measure(10, 60)
        Delivery.objects.filter(status=DeliveryStatus.QUEUED).update(due_ms=0)
        outbox.drain(Channel.objects.get().pk)
        assert [each["status"] for each in receiver.bodies] == ["firing", "resolved"]


def test_one_that_has_died_of_old_age_is_not_dead_at_the_next_failure(dead: Delivery) -> None:
    with receiving() as receiver:
        receiver.answers = [(503, {}, b"")]
        sent(receiver)
    dead.refresh_from_db()
    assert dead.status == DeliveryStatus.FAILED
    assert dead.created_ms > START_MS - GIVE_UP_AFTER_MS


def test_only_the_dead_are_sent_again(dead: Delivery) -> None:
    Delivery.objects.update(status=DeliveryStatus.SENT)
    assert send_again([dead.pk], START_MS) == set()
    dead.refresh_from_db()
    assert dead.status == DeliveryStatus.SENT
