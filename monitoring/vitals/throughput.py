"""Network and disk throughput, from the difference of counters between two samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psutil

from monitoring.vitals.reading import FIRST_LOOK_SECONDS, Reading

NETWORK = ("net_receive_bytes_per_second", "net_transmit_bytes_per_second")
DISK = ("disk_read_bytes_per_second", "disk_write_bytes_per_second")
# (in, out) bytes since the start of each device.
Counters = Mapping[str, tuple[int, int]]


class Throughput:
    """Holds the counters of the sample before; one per process and pair of metrics."""

    def __init__(self, metrics: tuple[str, str], read_counters: Callable[[], Counters]) -> None:
        self._metrics, self._read_counters = metrics, read_counters
        # Nothing is read here: what fails must fail in `read`, where the other groups are safe.
        self._before: tuple[Counters, float] | None = None

    def read(self) -> list[Reading]:
        if self._before is None:
            self._before = self._look()
            time.sleep(FIRST_LOOK_SECONDS)
        (counters_before, at_before), (counters, at) = self._before, self._look()
        self._before = counters, at
        rates = rates_per_second(counters_before, counters, at - at_before)
        return [Reading(*pair) for pair in zip(self._metrics, rates, strict=True)] if rates else []

    def _look(self) -> tuple[Counters, float]:
        return self._read_counters(), time.monotonic()


def rates_per_second(before: Counters, after: Counters, seconds: float) -> tuple[float, ...]:
    """The sum over devices that are in both; () when a counter was reset or no time passed."""
    both = before.keys() & after.keys()
    deltas = [(after[name][0] - before[name][0], after[name][1] - before[name][1]) for name in both]
    if seconds <= 0 or not deltas or min(min(pair) for pair in deltas) < 0:
        return ()
    return tuple(sum(column) / seconds for column in zip(*deltas, strict=True))


# psutil would hide a reset by adding the lost counter; `nowrap=False` leaves it to us to drop it.


def network_counters(root: Path = Path("/sys/class/net")) -> Counters:
    """Of hardware: bonds, bridges, VLANs and tunnels count a packet again.

    A container has no hardware of its own; there everything but loopback counts.
    """
    listed = psutil.net_io_counters(pernic=True, nowrap=False)
    real = hardware(root, listed) or {name for name in listed if not name.startswith("lo")}
    return {name: (listed[name].bytes_recv, listed[name].bytes_sent) for name in real}


def disk_counters(root: Path = Path("/sys/block")) -> Counters:
    """Of hardware: a partition, volume, RAID or loop device counts its disk's bytes again."""
    listed = psutil.disk_io_counters(perdisk=True, nowrap=False)
    # Where nothing is known of hardware (not Linux) psutil lists whole disks only.
    real = hardware(root, listed) if root.exists() else set(listed)
    return {name: (listed[name].read_bytes, listed[name].write_bytes) for name in real}


def hardware(root: Path, names: Iterable[str]) -> set[str]:
    """Those that Linux links to a device."""
    return {name for name in names if (root / name / "device").exists()}
