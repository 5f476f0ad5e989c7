"""Rates are differences of counters; a counter that was reset gives none."""

from pathlib import Path

import psutil
import pytest

from monitoring.vitals.throughput import (
    NETWORK,
    Throughput,
    disk_counters,
    network_counters,
    rates_per_second,
)


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        ({"eth0": (100, 50)}, {"eth0": (10, 60)}, 10),
        ({"eth0": (100, 50)}, {"eth0": (200, 60)}, 0),
        ({}, {}, 10),
        ({"eth0": (1, 1)}, {"eth1": (2, 2)}, 10),
    ],
    ids=["reset", "no time", "no devices", "another device"],
)
def test_without_a_difference_there_is_no_rate(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]], seconds: float
) -> None:
    assert rates_per_second(before, after, seconds) == ()


def test_devices_add_up() -> None:
    before = {"eth0": (100, 10), "eth1": (0, 0), "gone": (5, 5)}
    after = {"eth0": (300, 20), "eth1": (100, 40), "new": (9, 9)}
    assert rates_per_second(before, after, 10) == (30.0, 5.0)


def test_each_sample_starts_where_the_last_one_ended() -> None:
    counters = iter([{"eth0": (0, 0)}, {"eth0": (50, 5)}, {"eth0": (0, 0)}, {"eth0": (10, 0)}])
    throughput = Throughput(NETWORK, lambda: next(counters))
    assert [reading.metric for reading in throughput.read()] == list(NETWORK)
    assert throughput.read() == []
    assert throughput.read()[0].value > 0


class Traffic:
    """The fields of psutil's counters that are read."""

    bytes_recv = read_bytes = 9
    bytes_sent = write_bytes = 7


def _pretend(monkeypatch: pytest.MonkeyPatch, function: str, *names: str) -> None:
    monkeypatch.setattr(psutil, function, lambda **_: dict.fromkeys(names, Traffic()))


def _link_to_devices(root: Path, *names: str) -> Path:
    """As Linux shows hardware in /sys."""
    for name in names:
        (root / name / "device").mkdir(parents=True)
    return root


def test_what_passes_a_bond_a_bridge_and_a_tunnel_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(monkeypatch, "net_io_counters", "lo", "eth0", "eth1", "bond0", "br0", "eth0.5", "wg0")
    root = _link_to_devices(tmp_path, "eth0", "eth1")
    assert network_counters(root) == {"eth0": (9, 7), "eth1": (9, 7)}


def test_a_container_without_hardware_counts_all_but_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(monkeypatch, "net_io_counters", "lo", "eth0")
    assert network_counters(tmp_path) == {"eth0": (9, 7)}


def test_what_passes_a_partition_a_volume_and_a_raid_is_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(monkeypatch, "disk_io_counters", "sda", "sda1", "dm-0", "md0", "loop0", "zram0")
    assert disk_counters(_link_to_devices(tmp_path, "sda")) == {"sda": (9, 7)}


def test_where_hardware_is_not_known_every_listed_disk_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(monkeypatch, "disk_io_counters", "disk0", "disk1")
    assert set(disk_counters(tmp_path / "missing")) == {"disk0", "disk1"}
