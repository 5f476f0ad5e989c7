"""What ours is measured beside. Both forget what they have found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from benchmarks.health import measure
from benchmarks.probing.nginx import HOST, Target, free_ports, running, wait_for
from benchmarks.probing.pace import Pace

THREADS = 32
BLACKBOX_YML = """
modules:
  http_2xx:
    prober: http
    http: {{preferred_ip_protocol: ip4, tls_config: {{ca_file: "{authority}"}}}}
"""


@contextmanager
def blackbox(directory: Path, asked: Target, url: str) -> Iterator[Callable[[float], Pace]]:
    (port,) = free_ports(1)
    configuration = directory / "blackbox.yml"
    configuration.write_text(BLACKBOX_YML.format(authority=asked.authority), encoding="utf-8")
    command = ["prometheus-blackbox-exporter", f"--config.file={configuration}"]
    command += [f"--web.listen-address={HOST}:{port}", "--log.level=error"]
    path = f"/probe?module=http_2xx&target={url}"
    with running(command) as process:
        wait_for(f"http://{HOST}:{port}{path}", asked.authority, "probe_success 1")
        times = psutil.Process(process.pid).cpu_times

        def probe(seconds: float) -> Pace:
            before = sum(times()[:2])
            asked = measure(port, path, seconds)
            return Pace(asked.rate, (sum(times()[:2]) - before) * 1000 / asked.answered)

        yield probe


def requests_in_threads(url: str, authority: Path, seconds: float) -> Pace:
    until = time.perf_counter() + seconds

    def probe(_: int) -> int:
        count = 0
        while time.perf_counter() < until:
            # Makes a session, and so a connection, for each.
            requests.get(url, timeout=10, verify=str(authority)).raise_for_status()
            count += 1
        return count

    before, started = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        count = sum(pool.map(probe, range(THREADS)))
    cpu_seconds = time.process_time() - before
    return Pace(count / (time.perf_counter() - started), cpu_seconds * 1000 / count)
