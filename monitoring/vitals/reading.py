"""What a group of readings gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The first sample of a process has nothing before it: a short look gives a new portal data at once.
FIRST_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one metric; `labels` are those beside `host`."""

    metric: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
