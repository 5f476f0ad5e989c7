"""Network and disk throughput, from the difference of counters between two samples."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import psutil

from monitoring.vitals.reading import Reading

NETWORK = ("net_receive_bytes_per_second", "net_transmit_bytes_per_second")
DISK = ("disk_read_bytes_per_second", "disk_write_bytes_per_second")
# (in, out) bytes since the start of each device.
Counters = Mapping[str, tuple[int, int]]


class Throughput:
    """Holds the counters of the sample before; one per process and pair of metrics."""

    def __init__(self, metrics: tuple[str, str], read_counters: Callable[[], Counters]) -> None:
        self._metrics, self._read_counters = metrics, read_counters
        self._counters, self._at = read_counters(), time.monotonic()

    def read(self) -> list[Reading]:
        counters, at = self._read_counters(), time.monotonic()
        rates = rates_per_second(self._counters, counters, at - self._at)
        self._counters, self._at = counters, at
        return [Reading(*pair) for pair in zip(self._metrics, rates, strict=True)] if rates else []


def rates_per_second(before: Counters, after: Counters, seconds: float) -> tuple[float, ...]:
    """The sum over devices that are in both; () when a counter was reset or no time passed."""
    both = before.keys() & after.keys()
    deltas = [(after[name][0] - before[name][0], after[name][1] - before[name][1]) for name in both]
    if seconds <= 0 or not deltas or min(min(pair) for pair in deltas) < 0:
        return ()
    return tuple(sum(column) / seconds for column in zip(*deltas, strict=True))


def network_counters() -> Counters:
    """Without loopback and without the bridges and tunnels that count a packet again."""
    virtual = ("lo", "docker", "veth", "br-", "virbr", "tun", "tap", "ifb", "dummy", "cni")
    return {
        name: (each.bytes_recv, each.bytes_sent)
        for name, each in psutil.net_io_counters(pernic=True).items()
        if not name.startswith(virtual)
    }


def disk_counters() -> Counters:
    """Whole devices: psutil leaves out partitions, loop and RAM devices in the sum over disks."""
    whole = psutil.disk_io_counters(perdisk=False)
    return {"all": (whole.read_bytes, whole.write_bytes)} if whole else {}
