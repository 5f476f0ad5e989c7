"""A value beyond a limit."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.conditions.aggregation import aggregate
from alerts.conditions.base import Condition, Finding, Judgement, Rule
from monitoring.amounts import amount
from monitoring.catalogue import METRICS, in_words, word
from monitoring.store import Bucket
from opsportal.lib.kinds import kind

_BEYOND: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_WORDS = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}


@kind
class Limit(Condition):
    name = "limit"
    label = "Limit"

    def from_last_point(self, rule: Rule) -> bool:
        return rule.aggregation in ("last", "absent")

    def span_ms(self, rule: Rule) -> int:
        return rule.window_seconds * 1000

    def step_ms(self, rule: Rule) -> int:
        # Buckets begin at whole steps: finer ones keep what is outside of the window out of it.
        return max(1000, rule.window_seconds * 1000 // 12)

    def judge(
        self, rule: Rule, buckets: Sequence[Bucket], now_ms: int, is_firing: bool
    ) -> Judgement:
        value = aggregate(rule.aggregation, buckets)
        found = held_against(rule, value, is_firing)
        if rule.aggregation == "absent":
            # One and nought are for the comparison; people are told of what came.
            return replace(found, value=None, limit=None, why=came(rule, buckets))
        return found

    def measures(self, rule: Rule) -> tuple[str, str]:
        label, unit = super().measures(rule)
        return (f"Change of {label}", f"{unit}/s") if rule.aggregation == "rate" else (label, unit)


def held_against(rule: Rule, value: float | None, is_firing: bool) -> Judgement:
    """Not a number is no data: every comparison with it would be false, and read as healthy."""
    if value is None or value != value:
        return Judgement(Finding.NO_DATA, why="no data")
    for severity, limit in _limits(rule):
        if is_beyond(rule, value, limit):
            return Judgement(Finding.TRUE, value, limit, severity, phrase(rule, limit))
    severity, limit = _limits(rule)[-1]
    if is_firing and rule.recovery_value is not None:
        held = rule.recovery_value
        if is_beyond(rule, value, held):
            return Judgement(Finding.TRUE, value, limit, severity, f"not yet {_back(rule, held)}")
    return Judgement(Finding.FALSE, value, limit, "", _back(rule, limit))


def is_beyond(rule: Rule, value: float, limit: float) -> bool:
    return _BEYOND[rule.comparison](value, limit)


def _limits(rule: Rule) -> list[tuple[str, float]]:
    """The worst first."""
    limits = [(rule.severity, rule.value)]
    if rule.warning_value is not None:
        limits.append(("warning", rule.warning_value))
    return limits


def phrase(rule: Rule, limit: float) -> str:
    return _state(rule, limit, rule.comparison) or _phrase(rule, limit, rule.comparison)


def _back(rule: Rule, limit: float) -> str:
    opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}[rule.comparison]
    return _state(rule, limit, opposite) or _phrase(rule, limit, opposite)


def _state(rule: Rule, limit: float, comparison: str) -> str:
    """Such as "down" rather than "below 1", where just one of two states is meant."""
    if rule.aggregation in ("rate", "absent"):
        return ""
    meant = [word(rule.metric, each) for each in (0.0, 1.0) if _BEYOND[comparison](each, limit)]
    return meant[0] if len(meant) == 1 else ""


def _phrase(rule: Rule, limit: float, comparison: str) -> str:
    unit = METRICS[rule.metric].unit if rule.metric in METRICS else ""
    per_second = "/s" if rule.aggregation == "rate" else ""
    return f"{_WORDS[comparison]} {amount(limit, f'{unit}{per_second}')}"


def came(rule: Rule, buckets: Sequence[Bucket]) -> str:
    return "data came" if buckets else f"no data for {rule.window_seconds} s"


def with_unit(metric: str, value: float) -> str:
    unit = METRICS[metric].unit if metric in METRICS else ""
    return in_words(metric, value, unit)
