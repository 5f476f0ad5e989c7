"""HTTP probes per second with their results recorded, beside peers that record nothing:
prometheus-blackbox-exporter, and `requests` in threads. And ten thousand checks a minute, held.

All ask one local nginx in turn, each probe over a connection of its own; the median round counts.
Ours run in a process of their own on a new database; what PostgreSQL itself costs is not in their
CPU time. A full run holds the ten thousand for 120 s on each database, a quick one not at all;
`OPSPORTAL_BENCH_SUSTAINED_SECONDS` asks for another time.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.probing.nginx import Target, target
from benchmarks.probing.pace import Pace, Sustained
from benchmarks.probing.peers import blackbox, requests_in_threads
from benchmarks.probing.process import ours
from benchmarks.store import postgresql, sqlite
from benchmarks.table import Row

OURS, BLACKBOX, REQUESTS = "ours", "blackbox", "requests"
# How many times the rate of prometheus-blackbox-exporter; and CPU seconds of 1000 probes.
LEAST_TIMES = {"plain": 4.0, "TLS": 1.0}
MOST_CPU_SECONDS = {"plain": 0.3}


def run(quick: bool) -> list[Row]:
    if shutil.which("nginx") is None:
        print("probing is left out: nginx is not installed (nginx-light)", file=sys.stderr)
        return []
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as name:
        directory = Path(name)
        # For nginx's workers, which are another user's where its master is root's.
        directory.chmod(0o755)
        with target(directory) as asked:
            for database in (sqlite,) if quick else (sqlite, postgresql):
                for scheme in asked.urls:
                    rows += _measured(directory, asked, scheme, database, quick)
    return rows


def _measured(
    directory: Path, asked: Target, scheme: str, database: Callable[[Path], Any], quick: bool
) -> list[Row]:
    url, checks = asked.urls[scheme], 2000 if quick else 10_000
    given = {"url": url}
    if scheme == "TLS":
        given["ca_certificate"] = asked.authority.read_text("ascii")
    with ExitStack() as stack:
        tell = stack.enter_context(ours(database, given, checks))
        contestants: dict[str, Callable[[float], Pace]] = {
            OURS: lambda _: Pace(**tell("probe_all", 0)),
            REQUESTS: lambda seconds: requests_in_threads(url, asked.authority, seconds),
        }
        if shutil.which("prometheus-blackbox-exporter"):
            contestants[BLACKBOX] = stack.enter_context(blackbox(directory, asked, url))
        else:
            print("prometheus-blackbox-exporter is not installed; without it", file=sys.stderr)
        rounds = [
            {name: probe(2 if quick else 5) for name, probe in contestants.items()}
            for _ in range(1 if quick else 5)
        ]
        rows = _rows(f"probing, {scheme}, {database.__name__}", scheme, rounds, quick)
        seconds = _sustained_seconds(quick)
        if scheme == "plain" and seconds:
            subject = f"{checks} checks a minute, {database.__name__}"
            rows += _sustained_rows(subject, Sustained(**tell("sustain", seconds)))
    return rows


def _sustained_seconds(quick: bool) -> float:
    return float(os.environ.get("OPSPORTAL_BENCH_SUSTAINED_SECONDS", "0" if quick else "120"))


def _rows(subject: str, scheme: str, rounds: list[dict[str, Pace]], quick: bool) -> list[Row]:
    rate = {name: statistics.median(each[name].per_second for each in rounds) for name in rounds[0]}
    cpu = {name: statistics.median(each[name].cpu_seconds for each in rounds) for name in rounds[0]}
    least, most = LEAST_TIMES[scheme], MOST_CPU_SECONDS.get(scheme)
    rows = []
    for peer in (name for name in (BLACKBOX, REQUESTS) if name in rate):
        # A single short round is no measurement.
        judged = peer == BLACKBOX and not quick
        passed = rate[OURS] >= least * rate[peer] if judged else None
        bar = f">= {least:g} x" if peer == BLACKBOX else ""
        rows.append(Row(subject, "probes", rate[OURS], "/s", peer, rate[peer], bar, passed))
        rows.append(Row(subject, "CPU of 1000", cpu[OURS], "s", peer, cpu[peer]))
    if most:
        passed = None if quick else cpu[OURS] <= most
        rows.append(Row(subject, "CPU of 1000", cpu[OURS], "s", bar=f"<= {most} s", passed=passed))
    return rows


def _sustained_rows(subject: str, held: Sustained) -> list[Row]:
    in_time, affordable = held.lag_p99_ms < 1000, held.cpu_percent < 100
    return [
        Row(subject, "probes", held.per_second, "/s"),
        Row(subject, "lag p50", held.lag_p50_ms, "ms"),
        Row(subject, "lag p99", held.lag_p99_ms, "ms", bar="< 1000 ms", passed=in_time),
        Row(subject, "CPU", held.cpu_percent, "% of a core", bar="< 100 %", passed=affordable),
    ]
