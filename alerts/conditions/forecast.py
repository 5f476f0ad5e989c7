"""A value that will be beyond its limit before long, if it goes on like this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.conditions.base import Condition, Finding, Judgement, Rule
from alerts.conditions.limit import is_beyond, phrase
from monitoring.store import Bucket
from opsportal.lib.kinds import kind, setting

HOUR_MS = 3_600_000
# Fewer points, or points of a shorter time, make a line out of noise.
LEAST_BUCKETS = 12
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """By least squares: value = start + slope x (time - first time)."""

    first_ms: int
    start: float
    slope_per_ms: float

    def at(self, time_ms: int) -> float:
        return self.start + self.slope_per_ms * (time_ms - self.first_ms)


@kind
class Forecast(Condition):
    name = "forecast"
    label = "Forecast"

    within_hours: float = setting("Within, hours", default=24.0, minimum=0.1, maximum=24 * 90)
    history_hours: float = setting(
        "From the last, hours",
        "So long a line is fitted to",
        default=12.0,
        minimum=0.5,
        maximum=720,
    )

    def span_ms(self, rule: Rule) -> int:
        return int(self.history_hours * HOUR_MS)

    def step_ms(self, rule: Rule) -> int:
        return max(10_000, self.span_ms(rule) // 144)

    def judge(
        self, rule: Rule, buckets: Sequence[Bucket], now_ms: int, is_firing: bool
    ) -> Judgement:
        if not buckets:
            return Judgement(Finding.NO_DATA, why="no data")
        current = buckets[-1].mean
        if is_beyond(rule, current, rule.value):
            why = phrase(rule, rule.value)
            return Judgement(Finding.TRUE, current, rule.value, rule.severity, why)
        line = fitted(buckets)
        if line is None or not self._is_long_enough(rule, buckets):
            return Judgement(Finding.FALSE, current, rule.value, why="too little history")
        within_ms = int(self.within_hours * HOUR_MS)
        if not is_beyond(rule, line.at(now_ms + within_ms), rule.value):
            return Judgement(Finding.FALSE, current, rule.value, why="not soon")
        hours = max(0.0, (rule.value - line.at(now_ms)) / line.slope_per_ms / HOUR_MS)
        why = f"{phrase(rule, rule.value)} in about {_in_words(hours)}"
        return Judgement(Finding.TRUE, current, rule.value, rule.severity, why)

    def _is_long_enough(self, rule: Rule, buckets: Sequence[Bucket]) -> bool:
        covered_ms = buckets[-1].time_ms - buckets[0].time_ms
        return len(buckets) >= LEAST_BUCKETS and covered_ms >= LEAST_SHARE * self.span_ms(rule)


def fitted(buckets: Sequence[Bucket]) -> Line | None:
    """None where all are of one moment."""
    first_ms = buckets[0].time_ms
    times = [each.time_ms - first_ms for each in buckets]
    values = [each.mean for each in buckets]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time - middle) ** 2 for time in times)
    if not spread:
        return None
    products = zip(times, values, strict=True)
    slope = sum((time - middle) * (value - mean) for time, value in products) / spread
    return Line(first_ms, mean - slope * middle, slope)


def _in_words(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
