"""CPU: the share of time that was not idle since the sample before."""

from __future__ import annotations

import os
import time

import psutil

from monitoring.vitals import cgroup
from monitoring.vitals.reading import Reading

# The first sample of a process has nothing before it: a short look gives a new portal data at once.
FIRST_LOOK_SECONDS = 0.2


class Cpu:
    """Holds the counters of the sample before; one per process."""

    def __init__(self) -> None:
        self._cores = psutil.cpu_times(percpu=True)
        self._quota = cgroup.cpu()
        self._at = time.monotonic()

    def read(self) -> list[Reading]:
        if time.monotonic() - self._at < FIRST_LOOK_SECONDS:
            time.sleep(FIRST_LOOK_SECONDS)
        cores, quota, at = psutil.cpu_times(percpu=True), cgroup.cpu(), time.monotonic()
        shares = [busy_percent(*pair) for pair in zip(self._cores, cores, strict=False)]
        total = sum(shares) / len(shares)
        if quota and self._quota:
            worked = quota.usage_seconds - self._quota.usage_seconds
            total = min(100.0, 100 * worked / ((at - self._at) * quota.cores))
        self._cores, self._quota, self._at = cores, quota, at
        return [Reading("cpu_percent", total), Reading("cpu_core_max_percent", max(shares))]


def busy_percent(before: object, after: object) -> float:
    """Of psutil's cpu_times; steal counts as busy: the time was asked for and not given."""
    fields = [name for name in after._fields if name not in ("guest", "guest_nice")]  # type: ignore[attr-defined]
    deltas = {name: max(0.0, getattr(after, name) - getattr(before, name)) for name in fields}
    total = sum(deltas.values())
    idle = deltas["idle"] + deltas.get("iowait", 0.0)
    return 100 * (total - idle) / total if total else 0.0


def load() -> list[Reading]:
    names = ("load1", "load5", "load15")
    return [Reading(name, value) for name, value in zip(names, os.getloadavg(), strict=True)]
