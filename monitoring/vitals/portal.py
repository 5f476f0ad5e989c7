"""Memory of each of the portal's own processes, with all that they started."""

from __future__ import annotations

import json
from pathlib import Path

import psutil

from monitoring.vitals.reading import Reading


def portal_processes(state_file: Path) -> list[Reading]:
    """From what the supervisor wrote; a worker that runs without it has nothing to tell."""
    try:
        state = json.loads(state_file.read_text(encoding="utf-8"))
        pids = {name: each["pid"] for name, each in state["processes"].items()}
        pids["supervisor"] = state["supervisor"]["pid"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    sizes = {
        name: _resident_bytes(pid, with_children=name != "supervisor")
        for name, pid in pids.items()
        if pid
    }
    return [
        Reading("process_rss_bytes", size, {"process": name})
        for name, size in sizes.items()
        if size
    ]


def _resident_bytes(pid: int, *, with_children: bool) -> int:
    try:
        process = psutil.Process(pid)
        children = process.children(recursive=True) if with_children else []
        return process.memory_info().rss + sum(map(_own_resident_bytes, children))
    except psutil.Error:
        return 0


def _own_resident_bytes(process: psutil.Process) -> int:
    """A child may end while its siblings are read."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
