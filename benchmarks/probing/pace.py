"""What is measured of a contestant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """`cpu_seconds` are those of 1000 probes."""

    per_second: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Sustained:
    """The lag is that of a probe's start behind when it was due; of those that a prober tells of at
    once, the longest."""

    per_second: float
    lag_p50_ms: float
    lag_p99_ms: float
    cpu_percent: float
