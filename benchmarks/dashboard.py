"""The dashboard's data with 1000 series of a year behind it: time, CPU time, bytes and queries.

Each database is a new one, measured in a process of its own, through Django's test client: the
whole of the server's work but the web server. No look is shared with anybody. A *first look* finds
nothing remembered in its process, as when the web server has just started, and what others have
drawn in files; an *only look* finds not even these: nobody has looked for a quarter of an hour. A
*refresh* finds the steps that are over.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.store import postgresql, sqlite
from benchmarks.table import Row
from benchmarks.year import fill

ROOT = Path(__file__).resolve().parent.parent
DAY_MS = 86_400_000
RANGES = (
    ("1 h", "range=1h", 1),
    ("6 h", "range=6h", 1),
    ("24 h", "range=24h", 1),
    ("30 d", "range=30d", 30),
    ("1 y", "", 365),
)
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


def measure(subject: str, now_ms: int, quick: bool) -> Iterator[Row]:
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from opsportal.collecting import spare_what_is_loaded

    settings.DASHBOARD_SHARED_SECONDS = 0
    spare_what_is_loaded()
    client = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip")
    client.force_login(User.objects.create_superuser("bench", "", "bench"))
    for name, query, days in RANGES:
        address = f"/dashboard/data?{query or _custom(now_ms, days)}"
        alone = [_timed(client, address, _forget_files)[1] for _ in range(3 if quick else 11)]
        cpu = _percentile(alone, 50)
        yield Row(subject, f"data of {name}, only look, CPU time, median", cpu, "ms")
        for kind, prepare in (("first look", _forget), ("refresh", _nothing)):
            times = [_timed(client, address, prepare) for _ in range(6 if quick else 41)][1:]
            p95 = _percentile([each[0] for each in times], 95)
            cpu = _percentile([each[1] for each in times], 50)
            yield _row(subject, f"data of {name}, {kind}, p95", p95, "ms", MOST_MS)
            yield Row(subject, f"data of {name}, {kind}, CPU time, median", cpu, "ms")
        _forget()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        size = len(response.content)
        yield _row(subject, f"data of {name}, compressed", size, "bytes", MOST_BYTES)
        yield _row(subject, f"data of {name}", len(queries), "queries", MOST_QUERIES)


def _timed(client: Any, address: str, prepare: Callable[[], None]) -> tuple[float, float]:
    """Elapsed and CPU time in ms."""
    prepare()
    started, cpu = time.perf_counter(), time.process_time()
    response = client.get(address)
    assert response.status_code == 200
    return (time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000


def _forget() -> None:
    from opsportal.dashboard.folding import MERGED
    from opsportal.dashboard.grouping import GROUPINGS
    from opsportal.dashboard.growth import GROWTHS
    from opsportal.dashboard.heat_columns import COLUMNS
    from opsportal.dashboard.known_past import PAST
    from opsportal.dashboard.same_rows import SAME_ROWS
    from opsportal.dashboard.totals import TOTALS
    from opsportal.dashboard.window_reading import SETTLED

    for each in (SETTLED, PAST, MERGED, GROWTHS, TOTALS, SAME_ROWS, GROUPINGS, COLUMNS):
        each.clear()


def _forget_files() -> None:
    from django.conf import settings

    _forget()
    assert settings.DASHBOARD_PAST_DIR is not None
    shutil.rmtree(settings.DASHBOARD_PAST_DIR, ignore_errors=True)


def _nothing() -> None:
    """What was remembered stays."""


def _percentile(measured: list[float], percent: int) -> float:
    ordered = sorted(measured)
    return ordered[math.ceil(percent / 100 * len(ordered)) - 1]


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
    fill(now_ms, 8 if quick else 365)
    print(f"filled in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    rows: Any = [
        dataclasses.asdict(row) for row in measure(f"dashboard, {sys.argv[1]}", now_ms, quick)
    ]
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
