"""Alerts become deliveries: to whom, in which message, when again, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.models import (
    Alert,
    AlertEvent,
    Delivery,
    DeliveryItem,
    DeliveryStatus,
    Escalation,
    EventKind,
    Inhibition,
    Maintenance,
    Silence,
)
from tests.alerts.watched_host import (
    START_MS,
    alert,
    channel,
    measure,
    route,
    threshold,
    tick,
)

pytestmark = pytest.mark.django_db


def queued() -> list[tuple[str, str]]:
    rows = Delivery.objects.order_by("pk")
    return [(each.channel.name, each.kind) for each in rows.select_related("channel")]


def sent() -> None:
    Delivery.objects.filter(status="queued").update(
        status=DeliveryStatus.SENT, sent_ms=START_MS, attempts=1
    )


def refusals() -> list[str]:
    events = AlertEvent.objects.filter(kind=EventKind.NOT_TOLD).order_by("pk")
    return list(events.values_list("reason", flat=True))


def test_without_a_route_the_alert_says_why_nobody_was_told() -> None:
    threshold()
    measure(95, 0)
    assert queued() == []
    assert refusals() == ["no route matches, and the threshold names no channel"]


def test_a_channel_that_is_paused_is_not_told_and_that_is_said() -> None:
    hook = channel()
    route(hook)
    hook.enabled = False
    hook.save()
    threshold()
    measure(95, 0)
    assert queued() == []
    assert refusals() == ["the channel is paused"]


def test_alert_and_message_are_written_together_and_say_why() -> None:
    route(channel())
    threshold()
    measure(95, 0)
    measure(96, 10)
    assert queued() == [("hook", "firing")]
    told = AlertEvent.objects.get(kind=EventKind.TOLD)
    assert (told.reason, told.channel and told.channel.name) == ("route Every alert", "hook")


def test_the_channels_of_a_threshold_hear_without_a_route() -> None:
    made = threshold()
    made.channels.add(channel())
    made.save()
    measure(95, 0)
    assert queued() == [("hook", "firing")]


def test_recovery_goes_where_the_alert_went_and_nowhere_else() -> None:
    first = route(channel("told"))
    threshold()
    measure(95, 0)
    sent()
    first.channels.set([channel("new")])
    measure(10, 10)
    assert queued() == [("told", "firing"), ("told", "resolved")]


def test_what_is_over_before_the_message_was_sent_is_not_told_at_all() -> None:
    route(channel(kind="slack"), group_wait_seconds=30)
    threshold()
    measure(95, 0)
    measure(10, 10)
    assert queued() == []
    assert refusals() == ["it was over before the message was sent"]


def test_a_group_waits_and_is_one_message() -> None:
    route(channel(kind="slack"), group_wait_seconds=5, group_by="threshold")
    threshold()
    for number in range(12):
        measure(95, number / 10, f"h{number}")
    (delivery,) = Delivery.objects.all()
    assert delivery.items.count() == 12
    assert delivery.due_ms == START_MS + 5000


def test_a_message_that_is_being_sent_takes_no_more_alerts() -> None:
    route(channel(kind="slack"), group_wait_seconds=5)
    threshold()
    measure(95, 0, "a")
    Delivery.objects.update(leased_until_ms=START_MS + 60_000, attempts=1)
    measure(95, 6, "b")
    assert [each.items.count() for each in Delivery.objects.order_by("pk")] == [1, 1]


def test_a_webhook_hears_of_each_alert_by_itself() -> None:
    route(channel(), group_wait_seconds=5)
    threshold()
    measure(95, 0, "a")
    measure(95, 0, "b")
    assert DeliveryItem.objects.count() == Delivery.objects.count() == 2


def test_a_silence_keeps_it_quiet_and_its_end_tells_what_still_fires() -> None:
    route(channel())
    Silence.objects.create(
        matchers="host=web-1",
        starts_ms=START_MS,
        ends_ms=START_MS + 60_000,
        author="ada",
        comment="disk swap",
    )
    threshold()
    measure(95, 1)
    assert queued() == []
    assert alert().muted_by.startswith("silenced by ada until")
    assert "disk swap" in refusals()[0]
    tick(30)
    assert (queued(), len(refusals())) == ([], 1)
    tick(61)
    assert queued() == [("hook", "firing")]
    assert alert().muted_by == ""


def test_maintenance_keeps_it_quiet() -> None:
    route(channel())
    begun = datetime.fromtimestamp(START_MS / 1000, UTC)
    Maintenance.objects.create(name="upgrade", starts_at=begun - timedelta(minutes=5))
    threshold()
    measure(95, 0)
    assert (queued(), refusals()) == ([], ["maintenance: upgrade"])


def test_critical_mutes_the_warning_of_the_same_series() -> None:
    route(channel())
    Inhibition.objects.create(
        name="worse", source="severity=critical", target="severity=warning", equal="series"
    )
    threshold("Disk full", value=95)
    threshold("Disk filling", value=85, severity="warning")
    measure(97, 0)
    tick(11)
    names = [item.alert.name for item in DeliveryItem.objects.all()]
    assert names.count("Disk full") == 1
    assert alert(name="Disk filling").muted_by == "inhibition worse: Disk full fires"


def test_what_became_worse_is_told_again() -> None:
    route(channel())
    threshold(warning_value=80)
    measure(85, 0)
    sent()
    measure(95, 10)
    assert queued() == [("hook", "firing"), ("hook", "firing")]
    assert alert().severity == "critical"


def test_it_is_told_again_after_a_while_unless_acknowledged() -> None:
    route(channel(), repeat_seconds=600)
    threshold()
    measure(95, 0)
    sent()
    tick(599)
    assert len(queued()) == 1
    tick(601)
    assert queued()[1:] == [("hook", "repeat")]
    sent()
    Alert.objects.update(acknowledged_ms=START_MS)
    tick(2000)
    assert len(queued()) == 2


def test_nobody_acknowledged_so_the_next_ones_hear() -> None:
    made = route(channel("first"), repeat_seconds=0)
    for minutes, name in ((15, "second"), (30, "third")):
        step = Escalation.objects.create(route=made, after_seconds=minutes * 60)
        step.channels.add(channel(name))
    threshold()
    measure(95, 0)
    tick(899)
    assert queued() == [("first", "firing")]
    tick(901)
    tick(1000)
    assert queued()[1:] == [("second", "escalation")]
    tick(1801)
    assert queued()[2:] == [("third", "escalation")]
    sent()
    measure(10, 1900)
    assert queued()[3:] == [("first", "resolved"), ("second", "resolved"), ("third", "resolved")]


def test_a_route_that_sleeps_tells_when_its_hours_begin() -> None:
    route(channel(), active_hours="Mon 12:05-18:00")
    threshold()
    measure(95, 0)
    assert refusals() == ["route Every alert: outside of its hours"]
    tick(120)
    assert queued() == []
    tick(301)
    assert queued() == [("hook", "firing")]


def test_a_route_without_channels_escalates_all_the_same() -> None:
    made = route(repeat_seconds=0)
    step = Escalation.objects.create(route=made, after_seconds=90)
    step.channels.add(channel("later"))
    threshold()
    measure(95, 0)
    tick(60)
    assert (queued(), refusals()) == ([], ["route Every alert: it has no channels"])
    tick(91)
    tick(102)
    assert queued() == [("later", "escalation")]
    told = AlertEvent.objects.get(kind=EventKind.TOLD)
    assert told.reason == "escalation: nobody acknowledged within 90 s"


def test_those_that_were_one_message_escalate_as_one() -> None:
    made = route(channel("first", "slack"), repeat_seconds=0)
    step = Escalation.objects.create(route=made, after_seconds=60)
    step.channels.add(channel("second", "slack"))
    threshold()
    for number in range(5):
        measure(95, number / 10, f"h{number}")
    tick(70)
    assert queued() == [("first", "firing"), ("second", "escalation")]
    assert Delivery.objects.get(kind="escalation").items.count() == 5


def test_a_repetition_that_falls_outside_of_hours_comes_when_they_begin_again() -> None:
    route(channel(), active_hours="Mon-Tue 11:00-12:05", repeat_seconds=600)
    threshold()
    measure(95, 0)
    sent()
    tick(601)
    assert len(queued()) == 1
    a_day = 86_400
    measure(96, a_day - 3600 + 10)
    tick(a_day - 3600 + 10)
    assert queued()[1:] == [("hook", "repeat")]


def test_the_reason_for_silence_is_the_one_that_holds_now() -> None:
    route(channel())
    first = {"matchers": "host=web-1", "starts_ms": START_MS, "author": "ada"}
    Silence.objects.create(**first, ends_ms=START_MS + 30_000)
    Silence.objects.create(**{**first, "author": "bob"}, ends_ms=START_MS + 90_000)
    Silence.objects.filter(author="bob").update(starts_ms=START_MS + 20_000)
    threshold()
    measure(95, 1)
    tick(31)
    assert alert().muted_by.startswith("silenced by bob")
    assert [each.split(" until")[0] for each in refusals()] == [
        "silenced by ada",
        "silenced by bob",
    ]


def test_what_is_not_repeated_or_escalated_says_why() -> None:
    made = route(channel("first"), repeat_seconds=600)
    Escalation.objects.create(route=made, after_seconds=300).channels.add(channel("second"))
    threshold()
    measure(95, 0)
    sent()
    Silence.objects.create(
        matchers="host=web-1", starts_ms=START_MS + 60_000, ends_ms=START_MS + 700_000, author="ada"
    )
    for second in (301, 312, 323, 601, 612):
        tick(second)
    assert queued() == [("first", "firing")]
    assert [each.split(" until")[0] for each in refusals()] == ["silenced by ada"]
    tick(701)
    assert sorted(queued()[1:]) == [("first", "repeat"), ("second", "escalation")]


def test_a_recovery_is_told_to_those_that_heard_though_it_is_silenced_by_then() -> None:
    route(channel())
    threshold()
    measure(95, 0)
    sent()
    Silence.objects.create(
        matchers="host=web-1", starts_ms=START_MS, ends_ms=START_MS + 900_000, author="ada"
    )
    measure(10, 60)
    assert queued() == [("hook", "firing"), ("hook", "resolved")]
