"""Every real disk once: no images, no memory, no bind mounts."""

from pathlib import Path

import psutil
import pytest

from monitoring.vitals.disks import disks, mount_points


@pytest.mark.parametrize(
    "partition",
    [
        ("/dev/loop3", "/snap/core/1", "squashfs"),
        ("/dev/sr0", "/media/cd", "iso9660"),
        ("tmpfs", "/run", "tmpfs"),
        ("/dev/loop4", "/mnt/image", "ext4"),
    ],
)
def test_what_is_not_a_disk_is_left_out(partition: tuple[str, str, str]) -> None:
    assert mount_points([partition]) == ["/"]


def test_a_device_counts_once_under_its_shortest_path() -> None:
    partitions = [
        ("/dev/sda1", "/var/lib/docker/bind", "ext4"),
        ("/dev/sda1", "/var", "ext4"),
        ("/dev/sdb1", "/data", "xfs"),
        ("/dev/sda2", "/", "ext4"),
    ]
    assert mount_points(partitions) == ["/", "/data", "/var"]


def test_a_container_without_a_listed_root_still_has_one() -> None:
    assert mount_points([]) == ["/"]


def test_this_machine_has_a_root_with_space() -> None:
    root = {reading.metric: reading.value for reading in disks() if reading.labels["path"] == "/"}
    assert 0 < root["disk_percent"] <= 100
    assert root["disk_used_bytes"] < root["disk_total_bytes"]


class Partition:
    def __init__(self, path: Path) -> None:
        self.device, self.mountpoint, self.fstype = "/dev/sda1", str(path), "ext4"


def test_a_single_file_that_a_container_has_mounted_is_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = tmp_path / "hosts"
    hosts.touch()
    monkeypatch.setattr(psutil, "disk_partitions", lambda: [Partition(hosts)])
    assert {reading.labels["path"] for reading in disks()} == {"/"}
