"""Fills a portal's store: `python tests/browser/seed.py history|now|trouble`.

Run in a process of its own, since the tests' process has another database.
"""

import math
import random
import sys
import time
from collections.abc import Iterator

import django

django.setup()

from monitoring import store  # noqa: E402
from monitoring.histogram import Histogram  # noqa: E402
from monitoring.store import Point  # noqa: E402

STEP_MS = 10_000
HOUR_MS = 3_600_000
HOST = {"host": "web-1"}
ROUTES = (("GET", "/api/orders", 40), ("POST", "/api/orders", 90), ("GET", "/quotes/<symbol>", 8))
RANDOM = random.Random(7)  # noqa: S311 (a picture, not a secret)


def vitals(time_ms: int, full_disk: bool) -> Iterator[Point]:
    wave = math.sin(time_ms / 1_500_000)
    noise = RANDOM.random()
    values = {
        "cpu_percent": 34 + 10 * wave + 8 * noise,
        "cpu_core_max_percent": 52 + 10 * wave + 14 * noise,
        "memory_percent": 61 + 2 * wave,
        "swap_percent": 4.0,
        "net_receive_bytes_per_second": 120_000 + 60_000 * noise,
        "net_transmit_bytes_per_second": 60_000 + 40_000 * noise,
        "disk_read_bytes_per_second": 900_000 * noise,
        "disk_write_bytes_per_second": 2_000_000 * noise,
        "host_uptime_seconds": 3_654_000 + time_ms % HOUR_MS / 1000,
    }
    for metric, value in values.items():
        yield Point(metric, HOST, time_ms, value)
    yield Point("disk_percent", {**HOST, "path": "/"}, time_ms, 63.2)
    data_percent = 97.0 if full_disk else 41.0
    yield Point("disk_percent", {**HOST, "path": "/data"}, time_ms, data_percent)
    yield Point("portal_queue_lag_seconds", {"queue": "celery"}, time_ms, 0.004 + 0.002 * noise)


def traffic(time_ms: int, failing: bool) -> Iterator[Point]:
    yield Point("http_requests_per_minute", {"service": "shop"}, time_ms, 96.0)
    for method, route, middle in ROUTES:
        for status_class in ("2xx", "5xx") if failing else ("2xx",):
            times = Histogram.of(middle * math.exp(RANDOM.gauss(0, 0.6)) for _ in range(5))
            labels = {
                **HOST,
                "service": "shop",
                "method": method,
                "route": route,
                "status_class": status_class,
            }
            yield Point("http_response_time_ms", labels, time_ms, times)


def points(mode: str, now_ms: int) -> list[Point]:
    steps = 1 if mode == "now" else 30 if mode == "trouble" else HOUR_MS // STEP_MS
    return [
        point
        for back in range(steps)
        for source in (vitals, traffic)
        for point in source(now_ms - back * STEP_MS, mode == "trouble")
    ]


if __name__ == "__main__":
    result = store.record(points(sys.argv[1], time.time_ns() // 1_000_000))
    if result.rejected:
        sys.exit(str(result.rejected[0]))
