"""One sample reads every group, whatever happens to one of them."""

import logging

import pytest

from monitoring.vitals.reading import Reading
from monitoring.vitals.sampling import Sampler


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
