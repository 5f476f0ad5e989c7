"""Run by test_a_killed_compaction.py in a process of its own: kills a compaction at its first
statement, then another one at its second, and so on, and looks each time at what is left."""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from monitoring.histogram import Histogram  # noqa: E402
from monitoring.models import Series  # noqa: E402
from monitoring.store import Point, Selector, compact, compaction, record, window  # noqa: E402
from tests.store.clock import HOUR_MS, MINUTE_MS, NOW_MS  # noqa: E402

METRICS = ("cpu_percent", "http_response_time_ms")
TIMES = range(NOW_MS - 15 * HOUR_MS, NOW_MS, 20 * MINUTE_MS)  # over midnight


def fill() -> None:
    Series.objects.all().delete()
    numbers = [Point("cpu_percent", {"host": host}, time, 1.0) for host in "ab" for time in TIMES]
    timings = [
        Point("http_response_time_ms", {"host": "a"}, time, Histogram.of([1.0])) for time in TIMES
    ]
    record(numbers + timings, now_ms=NOW_MS)


def counts() -> list[list[int]]:
    """Of every series, at every resolution."""
    return [
        [
            sum(bucket.count for bucket in each.buckets)
            for metric in METRICS
            for each in window(Selector(metric), TIMES[0], NOW_MS, step, now_ms=NOW_MS)
        ]
        for step in (7000, 5 * MINUTE_MS, HOUR_MS)
    ]


def killed_at(statement: int) -> bool:
    """False when the compaction ended before it came to that statement."""
    connection.close()
    # The connections and threads of PostgreSQL's pool would not survive the fork.
    getattr(connection, "close_pool", lambda: None)()
    child = os.fork()
    if not child:
        numbers = itertools.count(1)

        def kill(execute: Callable[..., Any], *arguments: Any) -> Any:
            result = execute(*arguments)
            if next(numbers) == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        with connection.execute_wrapper(kill):
            compact(now_ms=NOW_MS)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> int:
    compaction.BATCH_SERIES = 1
    for statement in itertools.count(1):
        fill()
        expected = [[len(TIMES)] * 3] * 3
        killed = killed_at(statement)
        after_kill = counts()
        compact(now_ms=NOW_MS)
        if after_kill != expected or counts() != expected:
            print(f"killed at statement {statement}: {after_kill}, then {counts()}")  # noqa: T201
            return 1
        if not killed:
            print(statement - 1)  # noqa: T201
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
