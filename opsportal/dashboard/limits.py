"""The limits that thresholds set: lines on charts, and the colours of tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from alerts.models import ConditionKind, Severity, Threshold
from opsportal.dashboard.states import Limit, State
from opsportal.lib.prepared import Prepared, attributes

Limits = Mapping[str, Sequence[Limit]]

_STATES = {Severity.CRITICAL: State.CRITICAL, Severity.WARNING: State.WARNING}


_FIELDS = attributes(
    Threshold, *("id", "metric", "labels", "comparison", "value", "warning_value", "severity")
)


def _setting_limits() -> QuerySet[Threshold, Any]:
    found = Threshold.objects.filter(enabled=True, kind=ConditionKind.LIMIT)
    return found.order_by().values_list(*_FIELDS)


_SETTING_LIMITS = Prepared(_setting_limits)


def read_limits() -> Limits:
    """By metric. One query."""
    rows = _SETTING_LIMITS.rows()
    return limits_of(Threshold.from_db(connection.alias, _FIELDS, row) for row in rows)


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
