"""What is told later refers to what was told before, in the same channel."""

from __future__ import annotations

import pytest

from alerts.composing import compose
from alerts.message import Message
from alerts.models import Channel, Delivery, DeliveryKind, DeliveryStatus
from tests.alerts.watched_host import START_MS, channel, measure, route, threshold, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat() -> Channel:
    made = channel("chat", "slack")
    route(made, repeat_seconds=600)
    threshold(warning_value=80)
    return made


def sent(name: str) -> None:
    waiting = Delivery.objects.exclude(status=DeliveryStatus.SENT)
    receipt = {"data": {"ts": name}}
    waiting.update(status=DeliveryStatus.SENT, sent_ms=START_MS, attempts=1, receipt=receipt)


def waiting() -> Message:
    (delivery,) = Delivery.objects.exclude(status=DeliveryStatus.SENT)
    message = compose([delivery])[delivery.pk]
    assert message is not None
    return message


def statuses(message: Message) -> list[str]:
    return [each.status for each in message.earlier_items]


def test_a_recovery_knows_what_still_fires_of_those_that_were_told_with_it(chat: Channel) -> None:
    for host in ("a", "b"):
        measure(95, 0, host)
    sent("first")
    measure(10, 10, "a")
    message = waiting()
    assert message.earlier == {"ts": "first"}
    assert statuses(message) == ["firing", "resolved"]
    sent("first")
    measure(10, 20, "b")
    assert statuses(waiting()) == ["resolved", "resolved"]


def test_what_became_worse_follows_what_was_told_and_so_does_a_repetition(chat: Channel) -> None:
    measure(85, 0)
    sent("first")
    measure(95, 10)
    assert (waiting().kind, waiting().earlier) == (DeliveryKind.FIRING, {"ts": "first"})
    sent("first")
    tick(700)
    assert (waiting().kind, waiting().earlier) == (DeliveryKind.REPEAT, {"ts": "first"})


def test_what_has_only_just_begun_does_not_hide_in_the_thread_of_another(chat: Channel) -> None:
    measure(85, 0, "a")
    sent("first")
    measure(95, 10, "a")
    measure(95, 10, "b")
    assert waiting().earlier == {}


def test_a_channel_that_was_not_told_before_has_nothing_to_follow(chat: Channel) -> None:
    measure(95, 0)
    assert waiting().earlier == {}
