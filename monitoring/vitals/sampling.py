"""One sample of the host: every group is read, whatever happens to the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from threading import Lock

from monitoring import store
from monitoring.vitals.cpu import Cpu, load
from monitoring.vitals.disks import disks
from monitoring.vitals.memory import memory, swap
from monitoring.vitals.portal import portal_processes
from monitoring.vitals.reading import Reading
from monitoring.vitals.system import process_count, uptime
from monitoring.vitals.throughput import (
    DISK,
    NETWORK,
    Throughput,
    disk_counters,
    network_counters,
)

logger = logging.getLogger(__name__)

Group = Callable[[], list[Reading]]


class Sampler:
    """Reads all groups; remembers counters between samples, so there is one per process."""

    def __init__(self, groups: Mapping[str, Group]) -> None:
        self._groups = groups
        self._failing: set[str] = set()

    def read(self) -> list[Reading]:
        return [reading for name in self._groups for reading in self._read_group(name)]

    def _read_group(self, name: str) -> list[Reading]:
        try:
            readings = self._groups[name]()
        except Exception as error:
            # Whatever fails must not take the other groups along.
            # Said once and not every ten seconds, until it works again.
            if name not in self._failing:
                logger.warning("cannot read %s: %s: %s", name, type(error).__name__, error)
            self._failing.add(name)
            return []
        self._failing.discard(name)
        return readings


def host_groups(run_dir: Path) -> dict[str, Group]:
    return {
        "cpu": Cpu().read,
        "load": load,
        "memory": memory,
        "swap": swap,
        "disks": disks,
        "network": Throughput(NETWORK, network_counters).read,
        "disk throughput": Throughput(DISK, disk_counters).read,
        "uptime": uptime,
        "process count": process_count,
        "portal processes": partial(portal_processes, run_dir / "portal.json"),
    }


_lock = Lock()
_sampler: Sampler | None = None


def record_vitals(host: str, run_dir: Path, now_ms: int) -> store.RecordResult:
    """Samples this host and records it under `host`, all at one whole second.

    Two at a time in one process would halve each other's intervals: the second waits.
    """
    global _sampler
    with _lock:
        _sampler = _sampler or Sampler(host_groups(run_dir))
        readings = _sampler.read()
    time_ms = now_ms - now_ms % 1000
    return store.record(
        [
            store.Point(each.metric, {"host": host, **each.labels}, time_ms, each.value)
            for each in readings
        ]
    )
