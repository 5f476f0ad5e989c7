"""Space on every real disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psutil

from monitoring.vitals.reading import Reading

# Images that are full by nature, and file systems that live in memory.
IGNORED_TYPES = frozenset({"squashfs", "iso9660", "udf", "tmpfs", "devtmpfs", "ramfs", "erofs"})


def disks() -> list[Reading]:
    """A disk that does not answer is left out; the others are still read."""
    listed = [
        (each.device, each.mountpoint, each.fstype)
        for each in psutil.disk_partitions()
        # A container has single files of the host's disk mounted, such as /etc/hosts.
        if not Path(each.mountpoint).is_file()
    ]
    readings, errors = [], []
    for path in mount_points(listed):
        try:
            readings += _space(path)
        except OSError as error:
            errors.append(error)
    if errors and not readings:
        raise errors[0]
    return readings


def mount_points(partitions: Iterable[tuple[str, str, str]]) -> list[str]:
    """Of (device, mount point, type): one path per device, since bind mounts repeat a device."""
    chosen: dict[str, str] = {}
    for device, path, kind in partitions:
        if kind in IGNORED_TYPES or device.startswith("/dev/loop"):
            continue
        chosen[device] = min(chosen.get(device, path), path, key=len)
    # In a container the root is an overlay, which is not listed and yet is what fills up.
    return sorted({*chosen.values(), "/"})


def _space(path: str) -> list[Reading]:
    space, labels = psutil.disk_usage(path), {"path": path[:200]}
    return [
        Reading("disk_percent", space.percent, labels),
        Reading("disk_used_bytes", space.used, labels),
        Reading("disk_total_bytes", space.total, labels),
    ]
