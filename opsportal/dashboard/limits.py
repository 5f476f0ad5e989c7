"""The limits that thresholds set: lines on charts, and the colours of tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alerts.models import ConditionKind, Severity, Threshold
from opsportal.dashboard.states import Limit, State

Limits = Mapping[str, Sequence[Limit]]

_STATES = {Severity.CRITICAL: State.CRITICAL, Severity.WARNING: State.WARNING}


def read_limits() -> Limits:
    """By metric. One query."""
    return limits_of(Threshold.objects.filter(enabled=True, kind=ConditionKind.LIMIT))


def limits_of(thresholds: Iterable[Threshold]) -> Limits:
    """Pure. Upper limits of every series of a metric: one that chooses by label says nothing of
    the others."""
    found: dict[str, set[Limit]] = {}
    for each in thresholds:
        state = _STATES.get(Severity(each.severity))
        if each.labels or state is None or each.comparison not in (">", ">="):
            continue
        limits = found.setdefault(each.metric, set())
        limits.add(Limit(each.value, state))
        if each.warning_value is not None:
            limits.add(Limit(each.warning_value, State.WARNING))
    return {metric: sorted(limits, key=lambda one: one.value) for metric, limits in found.items()}
