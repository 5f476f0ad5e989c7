"""Writers and a compaction at the same time, each with its own connection, lose nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection

from monitoring.histogram import Histogram
from monitoring.models import Series
from monitoring.store import Point, Selector, compact, record, window
from tests.store.clock import HOUR_MS, MINUTE_MS, NOW_MS, SECOND_MS

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = range(NOW_MS - 4 * HOUR_MS, NOW_MS, 10 * SECOND_MS)
Result = TypeVar("Result")


def _in_thread(work: Callable[[], Result]) -> Result:
    try:
        return work()
    finally:
        connection.close()


def _record_every_second(first: int) -> None:
    for start in range(first, len(TIMES), 60):
        times = TIMES[start : start + 60 : 2]
        record([Point("cpu_percent", {"host": "a"}, time, 1.0) for time in times], now_ms=NOW_MS)


def test_two_recorders_and_a_compaction_lose_nothing() -> None:
    with ThreadPoolExecutor(4) as threads:
        running = [
            threads.submit(_in_thread, lambda first=first: _record_every_second(first))
            for first in (0, 1)
        ]
        while not all(each.done() for each in running):
            threads.submit(_in_thread, lambda: compact(now_ms=NOW_MS)).result()
        for each in running:
            each.result()
    compact(now_ms=NOW_MS)
    for step in (SECOND_MS, 5 * MINUTE_MS, HOUR_MS):
        (found,) = window(Selector("cpu_percent"), TIMES[0], NOW_MS, step, now_ms=NOW_MS)
        assert sum(bucket.count for bucket in found.buckets) == len(TIMES)


def test_the_same_new_series_from_two_threads_is_one_series() -> None:
    def record_one(number: int) -> int:
        points = [Point("load1", {"host": "new"}, NOW_MS - number, float(number))]
        return record(points, now_ms=NOW_MS).accepted

    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(_in_thread, lambda n=n: record_one(n)) for n in range(12)]
        assert sum(call.result() for call in calls) == 12
    assert Series.objects.count() == 1


def test_a_reader_never_sees_points_missing_or_doubled_while_they_are_sealed() -> None:
    points = [
        Point("http_response_time_ms", {"host": host}, time, Histogram.of([5.0]))
        for host in "abcd"
        for time in TIMES
    ]
    record(points, now_ms=NOW_MS)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(_in_thread, lambda: compact(now_ms=NOW_MS))
        while True:
            finished = running.done()
            for each in window(
                Selector("http_response_time_ms"), TIMES[0], NOW_MS, HOUR_MS, now_ms=NOW_MS
            ):
                assert sum(bucket.count for bucket in each.buckets) == len(TIMES)
            if finished:
                break
        assert running.result().sealed_series == 4
