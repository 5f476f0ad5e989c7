"""Duplicates, late points, totals, the signal and errors of the database."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from monitoring.histogram import Histogram
from monitoring.models import Block, Series
from monitoring.models import Point as HeadRow
from monitoring.signals import points_recorded
from monitoring.store import Bucket, Point, Selector, compact, latest, record, window
from tests.store.clock import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS

pytestmark = pytest.mark.django_db
LATE_MS = NOW_MS - 5 * HOUR_MS


def cpu(value: float, time_ms: int = NOW_MS) -> Point:
    return Point("cpu_percent", {"host": "a"}, time_ms, value)


def timing(values: list[float], time_ms: int = NOW_MS) -> Point:
    return Point("http_response_time_ms", {"host": "a"}, time_ms, Histogram.of(values))


def hours(metric: str = "cpu_percent") -> list[Bucket]:
    (found,) = window(Selector(metric), NOW_MS - DAY_MS, NOW_MS + 1, HOUR_MS, now_ms=NOW_MS)
    return found.buckets


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_database_passes_through_and_nothing_is_announced(
    announced: list[set[int]],
) -> None:
    def refuse(execute: Any, sql: str, *arguments: Any) -> Any:
        if "INSERT INTO monitoring_point" in sql:
            raise DatabaseError("the disk is full")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError, match="disk is full"):
        record([cpu(1.0)], now_ms=NOW_MS)
    assert announced == []
    assert not Series.objects.exists()
    assert record([cpu(1.0)], now_ms=NOW_MS).accepted == 1


@pytest.fixture
def announced() -> Any:
    seen: list[set[int]] = []

    def listen(series_ids: set[int], **_more: object) -> None:
        seen.append(series_ids)
        raise RuntimeError("a listener's own trouble")

    points_recorded.connect(listen)
    yield seen
    points_recorded.disconnect(listen)


@pytest.mark.django_db(transaction=True)
def test_series_are_announced_after_the_commit_and_a_listener_breaks_nothing(
    announced: list[set[int]],
) -> None:
    with transaction.atomic():
        record([cpu(1.0)], now_ms=NOW_MS)
        assert announced == []
    assert announced == [{Series.objects.get().pk}]


@pytest.mark.django_db(transaction=True)
def test_series_made_in_a_transaction_that_is_rolled_back_are_made_again() -> None:
    with transaction.atomic():
        record([cpu(1.0)], now_ms=NOW_MS)
        transaction.set_rollback(True)
    record([cpu(2.0)], now_ms=NOW_MS)
    assert [each.value for each in latest(Selector("cpu_percent"))] == [2.0]


def test_a_series_that_was_deleted_is_made_again() -> None:
    record([cpu(1.0)], now_ms=NOW_MS)
    Series.objects.all().delete()
    assert not HeadRow.objects.exists()
    record([cpu(2.0)], now_ms=NOW_MS)
    assert hours()[0].sum == 2.0


def test_the_later_of_two_writes_of_a_time_stays() -> None:
    record([cpu(1.0), cpu(2.0)], now_ms=NOW_MS)
    record([cpu(3.0)], now_ms=NOW_MS)
    assert [(each.count, each.sum) for each in hours()] == [(1, 3.0)]
    assert latest(Selector("cpu_percent"))[0].value == 3.0


def test_an_older_point_does_not_become_the_latest() -> None:
    record([cpu(1.0)], now_ms=NOW_MS)
    record([cpu(9.0, NOW_MS - 1)], now_ms=NOW_MS)
    assert latest(Selector("cpu_percent"))[0].value == 1.0


def test_a_late_point_lands_in_its_sealed_block_and_its_rollups() -> None:
    record([cpu(1.0, LATE_MS), cpu(1.0)], now_ms=NOW_MS)
    compact(now_ms=NOW_MS)
    record([cpu(5.0, LATE_MS + 1), cpu(7.0, LATE_MS + 2), cpu(8.0, LATE_MS)], now_ms=NOW_MS)
    assert HeadRow.objects.count() == 1
    assert (hours()[0].count, hours()[0].sum, hours()[0].max) == (3, 20.0, 8.0)
    assert Block.objects.get(resolution_ms=1).count == 3


def test_the_totals_of_a_histogram_count_every_point_once() -> None:
    early = timing([1.0, 2.0], LATE_MS)
    record([early, timing([3.0])], now_ms=NOW_MS)
    record([early, timing([4.0, 5.0])], now_ms=NOW_MS)  # both replace theirs in the head
    compact(now_ms=NOW_MS)
    # One replaces its point in the block, one is new there.
    record([timing([6.0], LATE_MS), timing([7.0], LATE_MS + MINUTE_MS)], now_ms=NOW_MS)
    series = Series.objects.get()
    assert (series.total_count, series.total_sum) == (4, 4.0 + 5.0 + 6.0 + 7.0)
    assert sum(each.count for each in hours("http_response_time_ms")) == 4


def test_labels_in_another_order_are_the_same_series() -> None:
    for labels in ({"host": "a", "path": "/"}, {"path": "/", "host": "a"}):
        record([Point("disk_percent", labels, NOW_MS, 1.0)], now_ms=NOW_MS)
    assert Series.objects.count() == 1


def test_the_latest_of_a_histogram_is_its_mean() -> None:
    record([timing([1.0, 2.0, 6.0])], now_ms=NOW_MS)
    (point,) = latest(Selector("http_response_time_ms", {"host": "a"}))
    assert (point.time_ms, point.value) == (NOW_MS, 3.0)
