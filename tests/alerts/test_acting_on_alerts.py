"""What people do with alerts: once, with their name, and what follows from it."""

from __future__ import annotations

import pytest

from alerts import acting, statistics
from alerts.models import Alert, AlertEvent, Delivery, EventKind, Silence
from opsportal.lib.kinds import SettingsError
from tests.alerts.watched_host import START_MS, alert, channel, measure, route, threshold, tick

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("matchers", "ends_ms", "field"),
    [
        ("host=a", START_MS, "ends_at"),
        ("host=a", START_MS - 1, "ends_at"),
        ("host=a", START_MS + 10**12, "ends_at"),
        ("", START_MS + 1000, "matchers"),
        ("nonsense", START_MS + 1000, "matchers"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused(matchers: str, ends_ms: int, field: str) -> None:
    with pytest.raises(SettingsError) as refused:
        acting.silence(matchers, START_MS, ends_ms, "ada")
    assert list(refused.value.errors) == [field]
    assert not Silence.objects.exists()


def test_who_comes_second_changes_nothing() -> None:
    threshold()
    measure(95, 0)
    assert acting.acknowledge(alert(), "ada", START_MS + 1000)
    assert not acting.acknowledge(alert(), "bob", START_MS + 2000)
    found = alert()
    assert (found.acknowledged_by, found.acknowledged_ms) == ("ada", START_MS + 1000)
    assert acting.unacknowledge(found, "bob", START_MS + 3000)
    assert not acting.unacknowledge(found, "bob", START_MS + 3000)
    events = AlertEvent.objects.filter(kind=EventKind.ACKNOWLEDGED)
    assert list(events.values_list("by", "reason")) == [("ada", ""), ("bob", "taken back")]


def test_what_is_over_cannot_be_acknowledged_or_resolved() -> None:
    threshold()
    measure(95, 0)
    measure(10, 1)
    assert not acting.acknowledge(alert(), "ada")
    assert not acting.resolve(alert(), "ada")


def test_resolved_by_hand_tells_those_who_heard_and_begins_anew_if_still_so() -> None:
    route(channel())
    threshold()
    measure(95, 0)
    Delivery.objects.update(status="sent", attempts=1)
    assert acting.resolve(alert(), "ada", START_MS + 5000)
    assert [each.kind for each in Delivery.objects.order_by("pk")] == ["firing", "resolved"]
    assert alert().resolved_why == "resolved by hand"
    tick(10)
    assert Alert.objects.filter(state="firing").count() == 1


def test_the_silence_of_an_alert_is_for_this_one_alone() -> None:
    threshold()
    measure(95, 0, "a")
    acting.silence_alert(alert(), 3600, "ada", START_MS)
    measure(95, 1, "b")
    measure(10, 2, "a")
    measure(95, 3, "a")
    muted = Alert.objects.filter(state="firing").values_list("labels__host", "muted_by")
    assert {host: bool(why) for host, why in muted} == {"a": True, "b": False}


def test_an_empty_note_is_none() -> None:
    threshold()
    measure(95, 0)
    assert not acting.add_note(alert(), "ada", "  ")
    assert acting.add_note(alert(), "ada", "looking at it")
    assert alert().events.get(kind=EventKind.NOTE).reason == "looking at it"


def test_figures_are_of_alerts_that_fired() -> None:
    assert statistics.since(START_MS).acknowledge_seconds is None
    threshold()
    for number, seconds in enumerate((60, 600)):
        host = f"h{number}"
        measure(95, 0, host)
        if number:
            acting.acknowledge(alert(labels__host=host), "ada", START_MS + 30_000)
        measure(10, seconds, host)
    found = statistics.since(START_MS)
    assert (found.fired, found.acknowledge_seconds, found.resolve_seconds) == (2, 30, 330)
    assert (found.acknowledged_percent, found.brief_percent) == (50, 50)


def test_one_that_somebody_has_ended_is_not_over_by_itself() -> None:
    threshold()
    for host in ("a", "b"):
        measure(95, 0, host)
    acting.resolve(alert(labels={"host": "a"}), "ada", START_MS + 1000)
    measure(10, 2, "a")
    measure(10, 2, "b")
    assert statistics.since(START_MS).brief_percent == 50


def test_the_silence_of_an_alert_reads_back_whatever_its_labels_are() -> None:
    threshold('=~ Odd "name" ', extra_labels={"team": "~ops.* "})
    measure(95, 0, "~.*")
    acting.silence_alert(alert(), 3600, "ada", START_MS)
    tick(20)
    assert alert().muted_by.startswith("silenced by ada")
    measure(95, 30, "another")
    assert alert(labels__host="another").muted_by == ""
