"""Memory and swap; in a container, measured against its limit."""

from __future__ import annotations

import psutil

from monitoring.vitals import cgroup
from monitoring.vitals.reading import Reading


def memory() -> list[Reading]:
    host, container = psutil.virtual_memory(), cgroup.memory()
    total, used = host.total, host.total - host.available
    if container and container.limit_bytes < total:
        total, used = container.limit_bytes, container.used_bytes
    return [
        Reading("memory_percent", 100 * used / total),
        Reading("memory_used_bytes", used),
        Reading("memory_total_bytes", total),
    ]


def swap() -> list[Reading]:
    """Nothing where there is no swap: 0 % of nothing would look like health."""
    swapped = psutil.swap_memory()
    return [Reading("swap_percent", swapped.percent)] if swapped.total else []
