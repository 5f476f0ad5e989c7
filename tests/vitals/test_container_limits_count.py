"""Inside a container its cgroup's limits are the truth, not the host's size."""

from pathlib import Path

import pytest

from monitoring.vitals import cgroup
from monitoring.vitals.memory import memory


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    return root


VERSION_2 = {
    "cgroup.controllers": "cpu memory",
    "memory.max": "1000000\n",
    "memory.current": "700000\n",
    "memory.stat": "anon 1\ninactive_file 200000\n",
    "cpu.max": "150000 100000\n",
    "cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
}
VERSION_1 = {
    "memory/memory.limit_in_bytes": "1000000",
    "memory/memory.usage_in_bytes": "700000",
    "memory/memory.stat": "total_inactive_file 200000\n",
    "cpu/cpu.cfs_quota_us": "150000",
    "cpu/cpu.cfs_period_us": "100000",
    "cpuacct/cpuacct.usage": "2500000000",
}
UNLIMITED = [
    {},
    {**VERSION_2, "memory.max": "max", "cpu.max": "max 100000"},
    {
        **VERSION_1,
        "memory/memory.limit_in_bytes": str(2**63 - 4096),
        "cpu/cpu.cfs_quota_us": "-1",
    },
    {"cgroup.controllers": "memory", "memory.max": "rubbish", "cpu.max": "rubbish"},
]


@pytest.mark.parametrize("files", UNLIMITED, ids=["no cgroup", "max", "version 1", "rubbish"])
def test_without_a_limit_there_is_nothing_to_say(tmp_path: Path, files: dict[str, str]) -> None:
    root = _write(tmp_path, files)
    assert (cgroup.memory(root), cgroup.cpu(root)) == (None, None)


@pytest.mark.parametrize("files", [VERSION_2, VERSION_1], ids=["version 2", "version 1"])
def test_memory_is_the_working_set_without_file_cache(
    tmp_path: Path, files: dict[str, str]
) -> None:
    found = cgroup.memory(_write(tmp_path, files))
    assert found == cgroup.CgroupMemory(used_bytes=500_000, limit_bytes=1_000_000)


@pytest.mark.parametrize("files", [VERSION_2, VERSION_1], ids=["version 2", "version 1"])
def test_the_processor_quota_is_told_in_cores(tmp_path: Path, files: dict[str, str]) -> None:
    found = cgroup.cpu(_write(tmp_path, files))
    assert found == cgroup.CgroupCpu(usage_seconds=2.5, cores=1.5)


def test_memory_is_measured_against_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = cgroup.CgroupMemory(used_bytes=50 * 2**20, limit_bytes=200 * 2**20)
    monkeypatch.setattr(cgroup, "memory", lambda: limited)
    values = {reading.metric: reading.value for reading in memory()}
    assert values == {
        "memory_percent": 25.0,
        "memory_used_bytes": 50 * 2**20,
        "memory_total_bytes": 200 * 2**20,
    }


def test_a_limit_above_the_hosts_size_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    generous = cgroup.CgroupMemory(used_bytes=0, limit_bytes=2**59)
    monkeypatch.setattr(cgroup, "memory", lambda: generous)
    values = {reading.metric: reading.value for reading in memory()}
    assert values["memory_total_bytes"] < 2**59
