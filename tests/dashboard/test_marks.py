"""Moments marked on the charts."""

import pytest

from alerts.models import Alert
from monitoring.annotations import Kind, annotate
from opsportal.dashboard.alerts import read_alerts
from opsportal.dashboard.marks import (
    MOST,
    MOST_LISTED,
    Mark,
    newest,
    newest_first,
    read_annotations,
)
from opsportal.dashboard.states import State
from tests.dashboard.readings import NOW_MS

pytestmark = pytest.mark.django_db
HOUR_MS = 3_600_000


def marks() -> list[Mark]:
    return read_alerts(NOW_MS - HOUR_MS, NOW_MS)[1]


def fired(at_ms: int, **fields: object) -> None:
    given = {"name": "CPU", "metric": "cpu_percent", "state": "resolved", "severity": "warning"}
    given |= {"fingerprint": str(at_ms)}
    Alert.objects.create(started_ms=at_ms, **{**given, **fields})


def test_what_was_never_told_or_lies_outside_is_no_mark() -> None:
    fired(NOW_MS - 10, state="pending")
    fired(NOW_MS - 2 * HOUR_MS, fired_ms=NOW_MS - 2 * HOUR_MS)
    assert marks() == []


def test_an_alert_is_marked_when_it_fired_with_its_words() -> None:
    fired(NOW_MS - 90, fired_ms=NOW_MS - 20, severity="critical", message="CPU of web-1 is high")
    (mark,) = marks()
    assert (mark.time_ms, mark.state) == (NOW_MS - 20, State.CRITICAL)
    assert mark.label == "CPU of web-1 is high"


def test_what_fires_again_and_again_is_one_mark_and_hides_nothing_else() -> None:
    """A check that goes down and comes back every minute, and a deployment before it."""
    for minute in range(40):
        at_ms = NOW_MS - (45 - minute) * 60_000
        fired(at_ms, fired_ms=at_ms, resolved_ms=at_ms + 20_000, fingerprint="flapping")
    annotate(Kind.DEPLOYMENT, "Deploy 4f2c1e", time_ms=NOW_MS - 50 * 60_000)
    shown = newest(marks(), [], read_annotations(NOW_MS - HOUR_MS, NOW_MS))
    deployment, again = shown
    assert deployment.label == "Deploy 4f2c1e"
    assert again.time_ms == NOW_MS - 45 * 60_000
    assert again.end_ms == NOW_MS - 6 * 60_000 + 20_000
    assert "40 times within 39" in again.note
    assert again.note.endswith("the last over after 20\N{NARROW NO-BREAK SPACE}s")


def test_what_fires_again_after_a_good_while_is_a_mark_of_its_own() -> None:
    for minute in (50, 10):
        at_ms = NOW_MS - minute * 60_000
        fired(at_ms, fired_ms=at_ms, resolved_ms=at_ms + 20_000, fingerprint="now and then")
    assert [mark.end_ms for mark in marks()] == [None, None]


def test_a_deployment_is_marked_however_many_alerts_followed_it() -> None:
    for back in range(MOST + 5):
        fired(NOW_MS - back - 1, fired_ms=NOW_MS - back - 1)
    annotate(Kind.DEPLOYMENT, "Deploy 4f2c1e", time_ms=NOW_MS - 50 * 60_000)
    shown = newest(marks(), [], read_annotations(NOW_MS - HOUR_MS, NOW_MS))
    assert len(shown) == MOST
    assert shown[0].label == "Deploy 4f2c1e"


def test_of_many_the_newest_are_marked_in_their_order() -> None:
    for back in range(MOST + 5):
        fired(NOW_MS - back - 1, fired_ms=NOW_MS - back - 1)
    times = [mark.time_ms for mark in marks()]
    assert times == [NOW_MS - back for back in range(MOST, 0, -1)]


def test_annotations_are_marked_with_their_kind_and_how_long_they_lasted() -> None:
    annotate(Kind.DEPLOYMENT, "Deploy 4f2c1e", time_ms=NOW_MS - 50)
    annotate(Kind.INCIDENT, "Outage", time_ms=NOW_MS - 2 * HOUR_MS, end_ms=NOW_MS - 60)
    annotate(Kind.NOTE, "Long ago", time_ms=NOW_MS - 2 * HOUR_MS)
    outage, deployment = newest([], [], read_annotations(NOW_MS - HOUR_MS, NOW_MS))
    assert (deployment.kind, deployment.time_ms, deployment.end_ms) == (
        "deployment",
        NOW_MS - 50,
        None,
    )
    # It began before the range: drawn from its edge.
    assert (outage.time_ms, outage.end_ms) == (NOW_MS - HOUR_MS, NOW_MS - 60)
    assert outage.state is State.UNKNOWN


def test_an_alert_says_whether_anybody_is_at_it_and_how_long_it_lasted() -> None:
    fired(NOW_MS - 90, fired_ms=NOW_MS - 30, state="firing")
    fired(NOW_MS - 80, fired_ms=NOW_MS - 20, state="firing", acknowledged_ms=NOW_MS - 5)
    fired(NOW_MS - 900_000, fired_ms=NOW_MS - 800_000, resolved_ms=NOW_MS - 140_000)
    over, unseen, seen = marks()
    assert over.note == "warning · over after 11\N{NARROW NO-BREAK SPACE}min"
    assert unseen.note == "warning · fires, not acknowledged"
    assert seen.note == "warning · acknowledged"
    assert seen.url == f"/alerts/{Alert.objects.get(acknowledged_ms=NOW_MS - 5).pk}"


def test_what_happened_is_listed_newest_first_and_not_without_end() -> None:
    listed = newest_first([Mark(time, State.NORMAL, "") for time in range(MOST_LISTED + 3)])
    assert [mark.time_ms for mark in listed] == list(range(MOST_LISTED + 2, 2, -1))
