"""A recorder that writes to memory, under a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from monitoring.traffic import Recorder
from tests.traffic.memory_writer import MemoryWriter


@dataclass
class Clock:
    now: float = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Traffic:
    clock: Clock = field(default_factory=Clock)
    writer: MemoryWriter = field(default_factory=MemoryWriter)

    def __post_init__(self) -> None:
        # An hour: only the test flushes.
        self.recorder = Recorder(
            lambda: self.writer, {"service": "shop", "host": "web-1"}, 3600, self.clock
        )
        self.recorder.start()


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()
