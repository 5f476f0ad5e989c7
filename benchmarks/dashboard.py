"""The dashboard's data with 1000 series of a year behind it: time, bytes and queries of a refresh.

Each database is a new one, measured in a process of its own, through Django's test client: the
whole of the server's work but the web server. Nothing is remembered from one look to the next: that
is the worst case, a page that is opened.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.store import postgresql, sqlite
from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
HOSTS, ROUTES = 60, 200
GAUGES = (
    *("cpu_percent", "cpu_core_max_percent", "memory_percent", "swap_percent", "disk_percent"),
    *("net_receive_bytes_per_second", "net_transmit_bytes_per_second", "host_uptime_seconds"),
    *("disk_read_bytes_per_second", "disk_write_bytes_per_second"),
)
RANGES = (("24 h", "range=24h", 1), ("30 d", "range=30d", 30), ("1 y", "", 365))
MOST_MS, MOST_QUERIES, MOST_BYTES = 50.0, 12, 250_000


def run(quick: bool) -> list[Row]:
    rows: list[Row] = []
    for database in (sqlite, postgresql):
        with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as directory:
            (Path(directory) / "run").mkdir()
            with database(Path(directory)) as url:
                rows += _measured_apart(database.__name__, url, directory, quick)
    return rows


def _measured_apart(name: str, url: str, directory: str, quick: bool) -> list[Row]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "OPSPORTAL_DATA_DIR": directory,
        "OPSPORTAL_HOST_NAME": "host-0",
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
    }
    command = [sys.executable, "-m", "benchmarks.dashboard", name, *(["--quick"] if quick else [])]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [Row(**fields) for fields in json.loads(done.stdout)]


def fill(now_ms: int, quick: bool) -> None:
    """Six points a day of a year for the host that is shown and for every route; of the other
    hosts the last two days. Sealed as a compaction would have done."""
    from django.db import connection, transaction

    from monitoring import store
    from monitoring.histogram import Histogram
    from monitoring.models import Series
    from monitoring.store.running import advance
    from monitoring.store.samples import Samples
    from monitoring.store.sealing import seal

    generator = random.Random(1)
    days = 8 if quick else 365
    one = Histogram.of(40 * math.exp(generator.gauss(0, 0.6)) for _ in range(50))
    whole = Histogram()
    for _ in range(ROUTES):
        whole.merge(one)
    points = [
        store.Point(metric, {"host": f"host-{host}", "path": "/"}, now_ms - 5000, 50.0)
        for host in range(HOSTS)
        for metric in GAUGES
    ]
    points += [
        store.Point(
            "http_response_time_ms",
            {"service": "shop", "method": "GET", "route": f"/{n}", "status_class": status},
            now_ms - 5000,
            one,
        )
        for n in range(ROUTES)
        for status in ("2xx", "5xx")
    ]
    # As the middleware does, of all routes together.
    points += [
        store.Point(
            "http_service_response_time_ms",
            {"service": "shop", "status_class": status},
            now_ms - 5000,
            whole,
        )
        for status in ("2xx", "5xx")
    ]
    assert store.record(points).rejected == []
    histograms = {"http_response_time_ms": one, "http_service_response_time_ms": whole}
    with connection.cursor() as cursor, transaction.atomic():
        for series in Series.objects.all():
            is_shown = series.labels.get("host", "host-0") == "host-0"
            start_ms = now_ms - (days if is_shown else 2) * DAY_MS
            times = list(range(start_ms, now_ms - 3 * HOUR_MS, 4 * HOUR_MS))
            if series.metric in histograms:
                samples = Samples.of_histograms(times, [histograms[series.metric]] * len(times))
            else:
                samples = Samples.of_values(times, [generator.gauss(50, 10) for _ in times])
            seal(cursor, series.pk, samples)
            Series.objects.filter(pk=series.pk).update(sealed_until_ms=times[-1] + 1)
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
    advance(now_ms, now_ms - HOUR_MS)


def measure(subject: str, now_ms: int, quick: bool) -> Iterator[Row]:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from opsportal.dashboard.window_reading import SETTLED

    client = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip")
    client.force_login(User.objects.create_superuser("bench", "", "bench"))
    for name, query, days in RANGES:
        address = f"/dashboard/data?{query or _custom(now_ms, days)}"
        client.get(address)
        times, response = [], None
        for _ in range(5 if quick else 40):
            SETTLED.clear()
            started = time.perf_counter()
            response = client.get(address)
            times.append((time.perf_counter() - started) * 1000)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert response is not None
        assert response.status_code == 200
        p95 = sorted(times)[math.ceil(0.95 * len(times)) - 1]
        size = len(response.content)
        yield _row(subject, f"data of {name}, first look, p95", p95, "ms", MOST_MS)
        yield _row(subject, f"data of {name}, compressed", size, "bytes", MOST_BYTES)
        yield _row(subject, f"data of {name}", len(queries), "queries", MOST_QUERIES)


def _custom(now_ms: int, days: int) -> str:
    from opsportal.dashboard.ranges import iso

    return f"from={iso(now_ms - days * DAY_MS)}&to={iso(now_ms)}"


def _row(subject: str, what: str, ours: float, unit: str, most: float) -> Row:
    return Row(subject, what, ours, unit, bar=f"<= {most:g} {unit}", passed=ours <= most)


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    quick = "--quick" in sys.argv
    now_ms = time.time_ns() // 1_000_000
    started = time.perf_counter()
    fill(now_ms, quick)
    print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    rows: Any = [
        dataclasses.asdict(row) for row in measure(f"dashboard, {sys.argv[1]}", now_ms, quick)
    ]
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
