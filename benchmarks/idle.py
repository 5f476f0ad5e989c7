"""What a whole portal costs while nobody looks: memory of its processes, and processor time."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.table import Row
from tests.running_portal import RunningPortal

SETTLE_SECONDS = 20.0
MEMORY_BAR_MB = 250
PROCESSOR_BAR_PERCENT = 2


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="opsportal-idle-") as directory:
        portal = RunningPortal(Path(directory) / "var")
        portal.set_up()
        portal.start()
        try:
            # Starting up is not idling.
            time.sleep(SETTLE_SECONDS)
            return _measure(portal, seconds=20.0 if quick else 120.0)
        finally:
            portal.close()


def _measure(portal: RunningPortal, seconds: float) -> list[Row]:
    assert portal.process
    supervisor = psutil.Process(portal.process.pid)
    family = [supervisor, *supervisor.children(recursive=True)]
    before, started = _processor_seconds(family), time.monotonic()
    time.sleep(seconds)
    used = _processor_seconds(family) - before
    percent = 100 * used / (time.monotonic() - started)
    # PSS: what processes share is counted once.
    memory_mb = sum(each.memory_full_info().pss for each in family) / 1e6
    return [
        Row("idle", "memory (PSS)", memory_mb, "MB", "gunicorn + Django, Celery, Valkey", 160,
            f"<= {MEMORY_BAR_MB} MB", memory_mb <= MEMORY_BAR_MB),
        Row("idle", "processor", percent, "% of a core", "Netdata", 1.4,
            f"<= {PROCESSOR_BAR_PERCENT} %", percent <= PROCESSOR_BAR_PERCENT),
        Row("idle", "processor a minute", 60 * used / seconds, "s"),
    ]  # fmt: skip


def _processor_seconds(family: list[psutil.Process]) -> float:
    return sum(sum(each.cpu_times()[:2]) for each in family)
