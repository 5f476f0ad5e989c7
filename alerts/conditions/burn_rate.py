"""An objective whose error budget is being spent too fast.

Several windows and rates at once, after chapter 5 of Google's SRE workbook: a long window says that
it matters, a short one that it still goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.conditions.base import Condition, Finding, Judgement, Rule
from alerts.conditions.limit import is_beyond
from monitoring.histogram import bucket_middle
from monitoring.store import Bucket
from opsportal.lib.kinds import kind, setting

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Pace:
    """`times` as fast as the objective allows, in the long window and in the short one."""

    long_ms: int
    short_ms: int
    times: float
    severity: str


PACES = (
    Pace(HOUR_MS, 5 * MINUTE_MS, 14.4, "critical"),
    Pace(6 * HOUR_MS, 30 * MINUTE_MS, 6, "critical"),
    Pace(24 * HOUR_MS, 2 * HOUR_MS, 3, "warning"),
    Pace(72 * HOUR_MS, 6 * HOUR_MS, 1, "warning"),
)


@kind
class BurnRate(Condition):
    """What is beyond the threshold's value is bad: requests slower than it, or points."""

    name = "burn_rate"
    label = "Burn rate of an objective"

    objective_percent: float = setting(
        "Objective, %", "Such as 99.9 of the requests", default=99.9, minimum=1, maximum=99.999
    )
    days: int = setting("Over, days", "Of the error budget", default=30, minimum=1, maximum=365)

    def measures(self, rule: Rule) -> tuple[str, str]:
        """How many times as fast as the objective allows its error budget is spent."""
        label, _unit = super().measures(rule)
        return f"Burn rate of {label}", "times"

    def span_ms(self, rule: Rule) -> int:
        return max(pace.long_ms for pace in PACES)

    def step_ms(self, rule: Rule) -> int:
        return 5 * MINUTE_MS

    def judge(
        self, rule: Rule, buckets: Sequence[Bucket], now_ms: int, is_firing: bool
    ) -> Judgement:
        if not buckets:
            return Judgement(Finding.NO_DATA, why="no data")
        for pace in PACES:
            times = pace.times * self.days / 30
            long = self._burning(rule, buckets, now_ms - pace.long_ms)
            if min(long, self._burning(rule, buckets, now_ms - pace.short_ms)) > times:
                why = f"above {times:.3g} times what {self.objective_percent:g} % allows"
                return Judgement(Finding.TRUE, long, times, pace.severity, why)
        burning = self._burning(rule, buckets, now_ms - PACES[0].long_ms)
        return Judgement(Finding.FALSE, burning, PACES[0].times * self.days / 30, why="in budget")

    def _burning(self, rule: Rule, buckets: Sequence[Bucket], since_ms: int) -> float:
        """How many times faster than allowed the budget is spent."""
        good, bad = counted(rule, [each for each in buckets if each.time_ms >= since_ms])
        allowed = 1 - self.objective_percent / 100
        return bad / (good + bad) / allowed if good + bad else 0.0


def counted(rule: Rule, buckets: Sequence[Bucket]) -> tuple[float, float]:
    """Good and bad ones: each request of a histogram, else each point by its bucket's mean."""
    total, bad = 0.0, 0.0
    for each in buckets:
        total += each.count
        if each.histogram is None:
            bad += each.count if is_beyond(rule, each.mean, rule.value) else 0
        else:
            counts = each.histogram.buckets.items()
            bad += sum(n for i, n in counts if is_beyond(rule, bucket_middle(i), rule.value))
    return total - bad, bad


def budget_left(
    rule: Rule, objective_percent: float, buckets: Sequence[Bucket]
) -> list[tuple[int, float]]:
    """For a chart: at the end of each bucket, the percentage of the error budget that is left of
    what all buckets together allow."""
    good, bad = counted(rule, buckets)
    allowed = (good + bad) * (1 - objective_percent / 100)
    spent, line = 0.0, []
    for each in buckets:
        spent += counted(rule, [each])[1]
        line.append((each.time_ms, 100 * (1 - spent / allowed) if allowed else 100.0))
    return line
