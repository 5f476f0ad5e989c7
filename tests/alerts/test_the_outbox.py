"""Messages are claimed, sent, then marked: none is lost, and a second one has the same key."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection

from alerts import outbox
from alerts.deliveries import queue_test
from alerts.drills import EVERY_MS, start_due
from alerts.editing import save_channel
from alerts.engine import evaluate_all
from alerts.models import AlertEvent, Channel, Delivery, DeliveryKind, DeliveryStatus, EventKind
from alerts.sender import Sender
from monitoring import store
from tests.alerts.receiver import Receiver, receiving
from tests.alerts.watched_host import measure, route, threshold

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def hook(receiver: Receiver) -> Channel:
    channel = Channel(name="hook", kind="webhook")
    save_channel(channel, {"url": receiver.url})
    return channel


def fire(hosts: int = 1) -> None:
    threshold()
    for number in range(hosts):
        measure(95, number / 100, f"h{number}")
    # Queued at a time that was given; the outbox goes by the clock.
    Delivery.objects.update(due_ms=0, created_ms=time.time_ns() // 1_000_000)


def only() -> Delivery:
    return Delivery.objects.get()


def test_a_message_arrives_with_its_key_and_is_marked(receiver: Receiver, hook: Channel) -> None:
    route(hook)
    fire()
    assert outbox.drain(hook.pk) == 1
    (body,) = receiver.bodies
    delivery = only()
    assert body["idempotency_key"] == delivery.idempotency_key
    assert (body["status"], body["threshold"], body["value"]) == ("firing", "CPU", 95)
    assert body["labels"] == {"host": "h0"}
    assert f"/alerts/{delivery.items.get().alert_id}" in body["url"]
    assert (delivery.status, delivery.leased_until_ms) == (DeliveryStatus.SENT, 0)
    hook.refresh_from_db()
    assert hook.last_success_ms is not None
    assert hook.latency_ms is not None


def test_what_was_sent_stays_marked_when_the_bookkeeping_after_it_fails(
    receiver: Receiver, hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        assert only().status == DeliveryStatus.SENT
        raise DatabaseError("locked")

    monkeypatch.setattr(outbox, "_note_success", broken)
    route(hook)
    fire()
    assert outbox.drain(hook.pk) == 1
    assert only().status == DeliveryStatus.SENT


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_after_a_send_is_tried_again(
    receiver: Receiver, hook: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(execute: Any, sql: str, *rest: Any) -> Any:
        if 'SET "status"' in sql and waited == []:
            raise DatabaseError("away")
        return execute(sql, *rest)

    waited: list[float] = []
    # Not of the module itself, which every thread of the process sleeps by.
    own = SimpleNamespace(**{**vars(time), "sleep": waited.append})
    monkeypatch.setattr("alerts.outbox.time", own)
    route(hook)
    fire()
    with connection.execute_wrapper(away):
        assert outbox.drain(hook.pk) == 1
    assert (len(waited), len(receiver.bodies)) == (1, 1)
    assert only().status == DeliveryStatus.SENT


def test_what_another_has_claimed_meanwhile_is_not_given_back(hook: Channel) -> None:
    route(hook)
    fire()
    now_ms = time.time_ns() // 1_000_000
    first = outbox.claim(hook, now_ms, 10)
    (others,) = outbox.claim(hook, first[0].leased_until_ms, 10)
    outbox._give_back(first)
    assert only().leased_until_ms == others.leased_until_ms
    outbox._give_back([others])
    assert (only().leased_until_ms, only().attempts) == (0, 1)


def test_a_failure_is_tried_again_later_with_the_same_key(
    receiver: Receiver, hook: Channel
) -> None:
    route(hook)
    fire()
    receiver.answers = [(500, {}, b"")]
    assert outbox.drain(hook.pk) == 0
    failed = only()
    assert (failed.status, failed.attempts) == (DeliveryStatus.FAILED, 1)
    assert "500" in failed.error
    assert failed.due_ms > time.time_ns() // 1_000_000
    assert outbox.drain(hook.pk) == 0
    Delivery.objects.update(due_ms=0)
    assert outbox.drain(hook.pk) == 1
    assert len({body["idempotency_key"] for body in receiver.bodies}) == 1
    hook.refresh_from_db()
    assert "500" in hook.last_error


def test_retry_after_is_honoured(receiver: Receiver, hook: Channel) -> None:
    route(hook)
    fire()
    receiver.answers = [(429, {"Retry-After": "120"}, b"")]
    outbox.drain(hook.pk)
    assert only().due_ms >= (time.time() + 110) * 1000


def test_a_pause_that_the_receiver_asks_for_is_kept_by_everything_that_goes_there(
    receiver: Receiver, hook: Channel
) -> None:
    route(hook)
    fire(hosts=3)
    receiver.answers = [(429, {"Retry-After": "120"}, b"")]
    assert outbox.drain(hook.pk) == 0
    assert len(receiver.bodies) == 1
    untried = Delivery.objects.filter(status=DeliveryStatus.QUEUED, attempts=0, leased_until_ms=0)
    assert untried.count() == 2
    measure(95, 1, "later")
    Delivery.objects.filter(attempts=0).update(due_ms=0)
    now_ms = time.time_ns() // 1_000_000
    assert (outbox.due_channels(now_ms), outbox.drain(hook.pk)) == ([], 0)
    assert len(receiver.bodies) == 1
    assert outbox.due_channels(now_ms + 121_000) == [hook.pk]
    Channel.objects.update(quiet_until_ms=0)
    Delivery.objects.update(due_ms=0)
    assert outbox.drain(hook.pk) == 4


def test_a_channel_that_goes_elsewhere_now_keeps_nobodys_pause(
    receiver: Receiver, hook: Channel
) -> None:
    Channel.objects.update(quiet_until_ms=2**60)
    hook.refresh_from_db()
    save_channel(hook, {"url": receiver.url})
    hook.refresh_from_db()
    assert hook.quiet_until_ms == 0


def test_what_is_refused_for_good_is_dead_at_once_and_becomes_an_alert(
    receiver: Receiver, hook: Channel
) -> None:
    route(hook)
    fire()
    receiver.answers = [(404, {}, b"")]
    outbox.drain(hook.pk)
    assert only().status == DeliveryStatus.DEAD
    events = AlertEvent.objects.filter(kind=EventKind.NOT_TOLD)
    assert "404" in events.get().reason
    (point,) = store.latest(store.Selector("portal_channel_failing", {"channel": "hook"}))
    assert point.value == 1


def test_that_a_channel_refuses_is_told_on_another(receiver: Receiver, hook: Channel) -> None:
    with receiving() as other:
        mail = Channel(name="other", kind="webhook")
        save_channel(mail, {"url": other.url})
        made = route(mail)
        threshold("Channel fails", metric="portal_channel_failing", value=0, window_seconds=604_800)
        receiver.answers = [(401, {}, b"")]
        queue_test(hook, "the monthly drill", DeliveryKind.DRILL)
        outbox.drain(hook.pk)
        evaluate_all(time.time_ns() // 1_000_000)
        outbox.drain(made.channels.get().pk)
        (told,) = other.bodies
    assert (told["threshold"], told["labels"]) == ("Channel fails", {"channel": "hook"})


def test_a_claimed_message_is_nobody_elses_until_the_lease_runs_out(
    receiver: Receiver, hook: Channel
) -> None:
    route(hook)
    fire()
    now_ms = time.time_ns() // 1_000_000
    (claimed,) = outbox.claim(hook, now_ms, 10)
    assert outbox.claim(hook, now_ms + outbox.LEASE_MS - 1, 10) == []
    (again,) = outbox.claim(hook, now_ms + outbox.LEASE_MS, 10)
    assert (again.pk, again.attempts) == (claimed.pk, 2)


def test_beyond_the_rate_messages_wait_and_are_told_together(receiver: Receiver) -> None:
    slow = Channel(name="chat", kind="slack", max_per_minute=1)
    save_channel(slow, {"url": receiver.url})
    route(slow, group_by="host")
    fire(hosts=13)
    assert Delivery.objects.count() == 13
    assert outbox.drain(slow.pk) == 1
    assert "3 more" in str(receiver.bodies[0])
    assert only().items.count() == 13


def test_a_late_retry_does_not_say_that_it_fires_when_it_is_over(
    receiver: Receiver, hook: Channel
) -> None:
    route(hook)
    fire()
    receiver.answers = [(500, {}, b"")]
    outbox.drain(hook.pk)
    measure(10, 30, "h0")
    Delivery.objects.filter(kind=DeliveryKind.RESOLVED).update(due_ms=0)
    outbox.drain(hook.pk)
    Delivery.objects.update(due_ms=0)
    outbox.drain(hook.pk)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]


def test_a_test_goes_the_whole_way_and_brings_the_answer_back(
    receiver: Receiver, hook: Channel
) -> None:
    receiver.answers = [(200, {}, b"thank you"), (401, {}, b"")]
    done = outbox.deliver_now(queue_test(hook, "ada").pk)
    assert done.status == DeliveryStatus.SENT
    assert "sent by ada" in str(receiver.bodies[0])
    refused = outbox.deliver_now(queue_test(hook, "ada").pk)
    assert refused.status == DeliveryStatus.DEAD
    assert "401" in refused.error


def test_a_drill_is_started_once_a_month_where_it_is_on(hook: Channel) -> None:
    now_ms = time.time_ns() // 1_000_000
    assert start_due(now_ms) == 0
    Channel.objects.update(drill=True)
    assert start_due(now_ms) == 1
    assert start_due(now_ms + 1000) == 0
    assert start_due(now_ms + EVERY_MS + 60_000) == 1


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_hangs_delays_no_other(receiver: Receiver, hook: Channel) -> None:
    release = threading.Event()
    with receiving() as hanging:
        hanging.before_answer = lambda: release.wait(10)
        stuck = Channel(name="stuck", kind="webhook")
        save_channel(stuck, {"url": hanging.url})
        route(stuck, hook)
        fire(hosts=3)
        sender = Sender()
        sender.start()
        try:
            sender.wake([stuck.pk, hook.pk])
            assert len(receiver.wait_for(3)) == 3
            assert len(hanging.bodies) == 1
            release.set()
            hanging.wait_for(3)
        finally:
            release.set()
            sender.stop()
            sender.join()


@pytest.mark.django_db(transaction=True)
def test_more_channels_that_hang_than_there_are_connections_delay_no_other(
    receiver: Receiver, hook: Channel
) -> None:
    release = threading.Event()
    with receiving() as hanging:
        hanging.before_answer = lambda: release.wait(60)
        stuck = [Channel(name=f"stuck {number}", kind="webhook") for number in range(40)]
        for each in stuck:
            save_channel(each, {"url": hanging.url})
        route(*stuck, hook)
        fire()
        sender = Sender()
        try:
            sender.wake([each.pk for each in stuck])
            hanging.wait_for(len(stuck), 60)
            sender.wake([hook.pk])
            receiver.wait_for(1, 60)
        finally:
            release.set()
            sender._pool.shutdown(wait=True)


def test_a_channel_whose_secrets_cannot_be_read_is_dead_at_once_and_says_so(hook: Channel) -> None:
    route(hook)
    fire()
    Channel.objects.update(secrets="not what this key has written")
    assert outbox.drain(hook.pk) == 0
    assert only().status == DeliveryStatus.DEAD
    assert "secret" in only().error


def test_a_channel_that_fails_for_long_becomes_an_alert_before_it_is_given_up(
    receiver: Receiver, hook: Channel
) -> None:
    route(hook)
    fire()
    receiver.answers = [(503, {}, b""), (503, {}, b"")]
    failing = store.Selector("portal_channel_failing", {"channel": "hook"})
    outbox.drain(hook.pk)
    assert store.latest(failing) == []
    begun_ms = time.time_ns() // 1_000_000 - outbox.PATIENCE_MS - 1000
    Delivery.objects.update(due_ms=0, created_ms=begun_ms)
    outbox.drain(hook.pk)
    assert only().status == DeliveryStatus.FAILED
    assert store.latest(failing)[0].value == 1
    Delivery.objects.update(due_ms=0)
    assert outbox.drain(hook.pk) == 1
    assert store.latest(failing)[0].value == 0
