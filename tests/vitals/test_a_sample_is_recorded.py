"""A sample of this very machine, in the store."""

import time
from pathlib import Path

import pytest

from monitoring import store
from monitoring.vitals.sampling import record_vitals

ALWAYS = {
    "cpu_percent",
    "cpu_core_max_percent",
    "memory_percent",
    "disk_percent",
    "load1",
    "load15",
    "host_uptime_seconds",
    "process_count",
}


@pytest.mark.django_db
def test_everything_is_recorded_under_the_host_at_one_whole_second(tmp_path: Path) -> None:
    now_ms = time.time_ns() // 1_000_000
    result = record_vitals("web-1", tmp_path, now_ms)
    assert result.rejected == []
    latest = store.latest_of(ALWAYS)
    assert {point.series.metric for point in latest} == ALWAYS
    assert {point.series.labels["host"] for point in latest} == {"web-1"}
    assert {point.time_ms for point in latest} == {now_ms - now_ms % 1000}
