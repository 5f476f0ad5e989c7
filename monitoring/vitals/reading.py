"""What a group of readings gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one metric; `labels` are those beside `host`."""

    metric: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
