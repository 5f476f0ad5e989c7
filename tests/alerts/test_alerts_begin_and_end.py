"""Points become alerts: one at a time for each threshold and series, whatever happens to them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from alerts.models import Alert, AlertEvent, AlertState, EventKind, Threshold
from monitoring import store
from tests.alerts.watched_host import START_MS, alert, channel, measure, route, threshold, tick

pytestmark = pytest.mark.django_db


def states() -> list[str]:
    return list(Alert.objects.order_by("pk").values_list("state", flat=True))


def test_what_is_good_makes_no_alert() -> None:
    threshold()
    measure(50, 0)
    assert not Alert.objects.exists()


def test_a_value_beyond_the_limit_fires_at_once_and_its_return_ends_it() -> None:
    threshold()
    measure(97.2, 0)
    found = alert()
    assert (found.state, found.severity) == ("firing", "critical")
    assert (found.value, found.limit) == (97.2, 90)
    assert found.message == "CPU 97.2 % on web-1, above 90 %"
    assert found.labels == {"host": "web-1"}
    measure(50, 10)
    found.refresh_from_db()
    assert (found.state, found.resolved_ms, found.resolved_why) == (
        "resolved",
        START_MS + 10_000,
        "recovered",
    )
    kinds = list(found.events.values_list("kind", flat=True))
    assert kinds == [EventKind.FIRED, EventKind.NOT_TOLD, EventKind.RESOLVED]


def test_it_has_to_last_for_as_long_as_the_threshold_says() -> None:
    threshold(for_seconds=60)
    measure(95, 0)
    assert states() == ["pending"]
    measure(95, 59)
    assert states() == ["pending"]
    measure(95, 61)
    assert states() == ["firing"]


def test_one_that_passes_before_is_over_without_anybody_told() -> None:
    threshold(for_seconds=60)
    measure(95, 0)
    measure(10, 30)
    assert states() == ["resolved"]
    assert alert().events.filter(kind=EventKind.FIRED).count() == 0


def test_every_series_has_an_alert_of_its_own() -> None:
    threshold()
    for host in ("a", "b"):
        measure(95, 0, host)
    measure(95, 10, "a")
    assert sorted(each.labels["host"] for each in Alert.objects.all()) == ["a", "b"]


def test_a_label_selector_leaves_other_hosts_alone() -> None:
    threshold(labels={"host": "a"})
    measure(95, 0, "b")
    assert not Alert.objects.exists()


def test_the_mean_of_a_window_counts_and_not_one_point() -> None:
    threshold(aggregation="mean", window_seconds=60)
    for second in range(0, 60, 10):
        measure(50, second)
    measure(99, 60)
    assert not Alert.objects.exists()
    for second in range(70, 140, 10):
        measure(99, second)
    assert states() == ["firing"]


def test_silence_of_a_series_keeps_the_alert_until_a_day_has_gone() -> None:
    threshold()
    measure(95, 0)
    tick(3600)
    assert states() == ["firing"]
    tick(25 * 3600)
    assert states() == ["resolved"]
    assert "nothing was recorded" in alert().events.get(kind=EventKind.RESOLVED).reason


def test_silence_alerts_where_the_threshold_says_so() -> None:
    threshold(no_data="alert")
    measure(50, 0)
    tick(30)
    assert not Alert.objects.exists()
    tick(90)
    assert states() == ["firing"]
    measure(50, 100)
    assert states() == ["resolved"]


def test_absence_of_a_series_is_an_alert_and_its_return_ends_it() -> None:
    threshold(aggregation="absent", value=0)
    measure(50, 0)
    tick(59)
    assert states() == []
    tick(61)
    assert alert().message == "CPU on web-1, no data for 60 s"
    measure(50, 70)
    assert (states(), alert().resolved_why) == (["resolved"], "data came")


def test_a_rate_is_told_as_one() -> None:
    threshold(aggregation="rate", value=1, window_seconds=60)
    for second in range(0, 60, 10):
        measure(second * 2, second)
    found = alert()
    assert found.message == "Change of CPU 2 %/s on web-1, above 1 %/s"
    assert (found.shown(found.value or 0), found.shown(found.limit or 0)) == ("2 %/s", "1 %/s")


def test_an_alert_that_cannot_be_told_is_not_begun_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise DatabaseError("full")

    threshold()
    route(channel())
    monkeypatch.setattr("alerts.changes.queue", broken)
    with pytest.raises(DatabaseError):
        measure(95, 0)
    assert (Alert.objects.count(), AlertEvent.objects.count()) == (0, 0)
    monkeypatch.undo()
    tick(1)
    assert states() == ["firing"]


def test_outside_of_its_hours_a_threshold_ends_what_it_began() -> None:
    threshold(active_hours="Mon 12:00-13:00")
    measure(95, 0)
    assert states() == ["firing"]
    measure(95, 3600)
    assert states() == ["resolved"]


def test_a_threshold_that_is_switched_off_or_gone_raises_nothing_more() -> None:
    made = threshold()
    measure(95, 0)
    Threshold.objects.filter(pk=made.pk).update(enabled=False, version=1)
    measure(95, 10, "other")
    assert Alert.objects.count() == 1
    made.delete()
    tick(20)
    assert alert().threshold is None


def test_two_open_alerts_of_one_series_cannot_be() -> None:
    threshold()
    measure(95, 0)
    twin = alert()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    Alert.objects.update(state=AlertState.RESOLVED)
    twin.save(force_insert=True)


def test_a_thousand_series_at_once_become_alerts_in_few_statements(
    django_assert_max_num_queries: pytest.FixtureRequest,
) -> None:
    threshold()
    hosts = [f"h{number}" for number in range(1000)]
    store.record(
        [store.Point("cpu_percent", {"host": host}, START_MS, 99.0) for host in hosts],
        now_ms=START_MS,
    )
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        tick(0)
    assert Alert.objects.filter(state="firing").count() == 1000
