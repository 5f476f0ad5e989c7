"""Moments that explain what the charts show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.models import Alert, Severity
from opsportal.dashboard.states import State

# More would be a curtain in front of the lines; the newest say most.
MOST = 30
_STATES = {Severity.CRITICAL: State.CRITICAL, Severity.WARNING: State.WARNING}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happened at `time_ms`; `label` says what."""

    time_ms: int
    state: State
    label: str


def marks_of(alerts: Iterable[Alert]) -> list[Mark]:
    """Pure. The newest MOST of those that fired, oldest first."""
    fired = sorted((each for each in alerts if each.fired_ms), key=lambda each: each.fired_ms or 0)
    return [_mark(each) for each in fired[-MOST:]]


def _mark(alert: Alert) -> Mark:
    state = _STATES.get(Severity(alert.severity), State.UNKNOWN)
    return Mark(alert.fired_ms or alert.started_ms, state, alert.message or alert.name)
