"""When disks and memory will be full if they go on like this. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.conditions.forecast import fitted
from monitoring.store import Window

DAY_MS = 86_400_000
# Of a line that is fitted to a week or a month nothing farther is to be believed.
FARTHEST_DAYS = 180
LEAST_BUCKETS = 8


@dataclass(frozen=True, slots=True)
class Capacity:
    """`full_in_days` is None where it is not to be foreseen."""

    name: str
    percent: float
    change_percent: float
    full_in_days: float | None


def capacity_of(windows: Iterable[Window], end_ms: int) -> list[Capacity]:
    """Of series in percent, the soonest full first."""
    found = [_capacity(each, end_ms) for each in windows if each.buckets]
    never = float("inf")
    return sorted(
        found,
        key=lambda each: (
            never if each.full_in_days is None else each.full_in_days,
            -each.percent,
            each.name,
        ),
    )


def _capacity(window: Window, end_ms: int) -> Capacity:
    buckets = window.buckets
    last = buckets[-1].mean
    days = None
    line = fitted(buckets) if len(buckets) >= LEAST_BUCKETS else None
    if line is not None and line.slope_per_ms > 0:
        days = max(0.0, (100 - line.at(end_ms)) / line.slope_per_ms / DAY_MS)
    near = days if days is not None and days <= FARTHEST_DAYS else None
    return Capacity(_name(window), last, last - buckets[0].mean, near)


def _name(window: Window) -> str:
    labels = window.series.labels
    what = labels.get("path") or "memory"
    return f"{what} of {labels.get('host', '?')}"
