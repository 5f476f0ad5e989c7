"""How much of an objective's error budget is left, drawn for the admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.conditions.base import Rule
from alerts.conditions.burn_rate import BurnRate, budget_left
from monitoring.store import Bucket

WIDTH, HEIGHT = 1000.0, 120.0
STEP_MS = 3_600_000
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Budget:
    """An SVG path of what was left in percent; `zero` is the height at which nothing is."""

    days: int
    left_percent: float
    path: str
    zero: float


def span_ms(objective: BurnRate) -> int:
    return objective.days * DAY_MS


def drawn(rule: Rule, objective: BurnRate, buckets: Sequence[Bucket], now_ms: int) -> Budget | None:
    """Pure. `buckets` are those of the objective's whole time; None where there are none."""
    line = budget_left(rule, objective.objective_percent, buckets)
    if not line:
        return None
    start_ms, lowest = now_ms - span_ms(objective), min(0.0, *(left for _time, left in line))

    def y(left: float) -> float:
        return round(HEIGHT * (100 - left) / (100 - lowest), 1)

    places = [
        f"{round(WIDTH * (time_ms - start_ms) / span_ms(objective), 1)} {y(left)}"
        for time_ms, left in line
    ]
    return Budget(objective.days, line[-1][1], f"M{' L'.join(places)}", y(0))
