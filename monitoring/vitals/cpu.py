"""CPU: the share of time that was not idle since the sample before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import psutil

from monitoring.vitals import cgroup
from monitoring.vitals.reading import FIRST_LOOK_SECONDS, Reading


class Look(NamedTuple):
    """The counters of every core and of the container's quota, and when they were read."""

    cores: Sequence[object]
    quota: cgroup.CgroupCpu | None
    at_seconds: float


class Cpu:
    """Holds the counters of the sample before; one per process."""

    def __init__(self) -> None:
        # Nothing is read here: what fails must fail in `read`, where the other groups are safe.
        self._before: Look | None = None

    def read(self) -> list[Reading]:
        before = self._before or _look()
        # The kernel counts in hundredths of a second: a shorter look would tell 0 or 100 %.
        if time.monotonic() - before.at_seconds < FIRST_LOOK_SECONDS:
            time.sleep(FIRST_LOOK_SECONDS)
        self._before = after = _look()
        shares = [busy_percent(*pair) for pair in zip(before.cores, after.cores, strict=False)]
        total = quota_percent(before, after)
        if total is None:
            total = sum(shares) / len(shares)
        return [Reading("cpu_percent", total), Reading("cpu_core_max_percent", max(shares))]


def _look() -> Look:
    return Look(psutil.cpu_times(percpu=True), cgroup.cpu(), time.monotonic())


def quota_percent(before: Look, after: Look) -> float | None:
    """The share of the container's quota; None without one."""
    if not before.quota or not after.quota:
        return None
    worked_seconds = max(0.0, after.quota.usage_seconds - before.quota.usage_seconds)
    allowed_seconds = (after.at_seconds - before.at_seconds) * after.quota.cores
    return min(100.0, 100 * worked_seconds / allowed_seconds)


def busy_percent(before: object, after: object) -> float:
    """Of psutil's cpu_times; steal counts as busy: the time was asked for and not given."""
    fields = [name for name in after._fields if name not in ("guest", "guest_nice")]  # type: ignore[attr-defined]
    deltas = {name: max(0.0, getattr(after, name) - getattr(before, name)) for name in fields}
    total = sum(deltas.values())
    idle = deltas["idle"] + deltas.get("iowait", 0.0)
    return 100 * (total - idle) / total if total else 0.0


def load() -> list[Reading]:
    names = ("load1", "load5", "load15")
    return [Reading(name, value) for name, value in zip(names, psutil.getloadavg(), strict=True)]
