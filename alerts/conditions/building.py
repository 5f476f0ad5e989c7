"""Makes of a threshold's row what decides."""

from __future__ import annotations

from alerts.conditions.base import Condition, Rule
from alerts.conditions.registry import build
from alerts.models import Threshold


def rule_of(threshold: Threshold) -> Rule:
    return Rule(
        metric=threshold.metric,
        aggregation=threshold.aggregation,
        window_seconds=threshold.window_seconds,
        comparison=threshold.comparison,
        value=threshold.value,
        warning_value=threshold.warning_value,
        recovery_value=threshold.recovery_value,
        severity=threshold.severity,
        for_seconds=threshold.for_seconds,
        keep_firing_seconds=threshold.keep_firing_seconds,
        no_data=threshold.no_data,
    )


def condition_of(threshold: Threshold) -> Condition:
    """Raises SettingsError."""
    return build(threshold.kind, threshold.settings)
