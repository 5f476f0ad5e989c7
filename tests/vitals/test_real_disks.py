"""Every real disk once: no images, no memory, no bind mounts."""

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
