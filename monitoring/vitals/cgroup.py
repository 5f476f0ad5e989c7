"""The limits of the container that the portal runs in, from cgroup version 2 or 1.

Outside a container, or without a limit, everything here is None and the host's own figures count.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
# Version 1 writes "no limit" as a number near 2^63.
NO_LIMIT_BYTES = 1 << 60


@dataclass(frozen=True, slots=True)
class CgroupMemory:
    used_bytes: int
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class CgroupCpu:
    """`usage_seconds` grows with every second of work on one core; `cores` is the quota."""

    usage_seconds: float
    cores: float


def memory(root: Path = ROOT) -> CgroupMemory | None:
    if (root / "cgroup.controllers").exists():
        used, limit, inactive = "memory.current", "memory.max", "inactive_file"
        folder = root
    else:
        used, limit = "memory.usage_in_bytes", "memory.limit_in_bytes"
        inactive, folder = "total_inactive_file", root / "memory"
    limit_bytes, used_bytes = _number(folder / limit), _number(folder / used)
    if limit_bytes is None or used_bytes is None or limit_bytes >= NO_LIMIT_BYTES:
        return None
    # The kernel gives file cache back before it kills: counting it would cry wolf all day.
    cache = _fields(folder / "memory.stat").get(inactive, 0)
    return CgroupMemory(max(0, used_bytes - cache), limit_bytes)


def cpu(root: Path = ROOT) -> CgroupCpu | None:
    if (root / "cgroup.controllers").exists():
        quota, period = _pair(root / "cpu.max")
        usage_seconds = _fields(root / "cpu.stat").get("usage_usec", 0) / 1e6
    else:
        quota = _number(root / "cpu" / "cpu.cfs_quota_us")
        period = _number(root / "cpu" / "cpu.cfs_period_us")
        usage_seconds = (_number(root / "cpuacct" / "cpuacct.usage") or 0) / 1e9
    if not quota or quota < 0 or not period:
        return None
    return CgroupCpu(usage_seconds, quota / period)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _number(path: Path) -> int | None:
    """None for a missing file and for "max"."""
    text = _text(path)
    return int(text) if text.lstrip("-").isdigit() else None


def _pair(path: Path) -> tuple[int | None, int | None]:
    words = [*_text(path).split(), "", ""]
    return tuple(int(word) if word.isdigit() else None for word in words[:2])  # type: ignore[return-value]


def _fields(path: Path) -> dict[str, int]:
    pairs = (line.split() for line in _text(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
