"""One sample reads every group, whatever happens to one of them."""

import logging
from pathlib import Path

import psutil
import pytest

from monitoring.vitals.reading import Reading
from monitoring.vitals.sampling import Sampler, host_groups


class Flaky:
    def __init__(self) -> None:
        self.broken = True

    def read(self) -> list[Reading]:
        if self.broken:
            raise PermissionError("not yours")
        return [Reading("load1", 1.0)]


def test_the_others_are_read_when_one_fails() -> None:
    sampler = Sampler({"flaky": Flaky().read, "uptime": lambda: [Reading("process_count", 7)]})
    assert sampler.read() == [Reading("process_count", 7)]


def test_the_failure_is_said_once_until_it_has_worked_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    flaky = Flaky()
    sampler = Sampler({"flaky": flaky.read})
    with caplog.at_level(logging.WARNING):
        sampler.read()
        sampler.read()
        assert len(caplog.records) == 1
        assert "cannot read flaky: PermissionError: not yours" in caplog.text
        flaky.broken = False
        sampler.read()
        flaky.broken = True
        sampler.read()
    assert len(caplog.records) == 2


@pytest.mark.parametrize(
    ("function", "lost"),
    [
        ("cpu_times", {"cpu_percent", "cpu_core_max_percent"}),
        ("disk_io_counters", {"disk_read_bytes_per_second", "disk_write_bytes_per_second"}),
        ("net_io_counters", {"net_receive_bytes_per_second", "net_transmit_bytes_per_second"}),
    ],
)
def test_a_host_that_hides_a_counter_from_the_start_tells_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, lost: set[str]
) -> None:
    def hidden(**_: object) -> None:
        raise PermissionError("hidden from containers")

    monkeypatch.setattr(psutil, function, hidden)
    told = {reading.metric for reading in Sampler(host_groups(tmp_path)).read()}
    assert not told & lost
    assert {"load1", "memory_percent", "disk_percent", "process_count"} <= told
