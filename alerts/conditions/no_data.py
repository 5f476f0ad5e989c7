"""A series from which nothing comes any more."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.conditions.base import Condition, Finding, Judgement, Rule
from alerts.conditions.limit import came
from monitoring.store import Bucket
from opsportal.lib.kinds import kind


@kind
class NoDataCondition(Condition):
    """True when the window is empty. Of series that never existed nobody can know."""

    name = "no_data"
    label = "No data"

    def from_last_point(self, rule: Rule) -> bool:
        return True

    def span_ms(self, rule: Rule) -> int:
        return rule.window_seconds * 1000

    def step_ms(self, rule: Rule) -> int:
        return max(1000, rule.window_seconds * 1000 // 12)

    def judge(
        self, rule: Rule, buckets: Sequence[Bucket], now_ms: int, is_firing: bool
    ) -> Judgement:
        if buckets:
            return Judgement(Finding.FALSE, why=came(rule, buckets))
        return Judgement(Finding.TRUE, severity=rule.severity, why=came(rule, buckets))
