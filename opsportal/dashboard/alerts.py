"""The alerts that fire, as the dashboard shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.models import Alert, Severity
from alerts.summary import firing
from opsportal.dashboard.sentence import Problem
from opsportal.dashboard.states import State, Verdict

# Beyond it the number is said with a plus sign: nobody reads so many.
MOST = 200
# What the page says of these itself, from the same values.
SAID_ELSEWHERE = frozenset(
    {
        *("check_up", "cpu_percent", "memory_percent", "disk_percent"),
        *("http_error_rate_percent", "http_response_time_ms"),
        *("portal_beat_age_seconds", "portal_queue_lag_seconds"),
    }
)
_STATES = {Severity.CRITICAL: State.CRITICAL, Severity.WARNING: State.WARNING}


@dataclass(frozen=True, slots=True)
class Firing:
    """One of them."""

    severity: str
    metric: str
    message: str


@dataclass(frozen=True, slots=True)
class FiringAlerts:
    """The worst first, at most MOST."""

    rows: Sequence[Firing] = ()
    acknowledged: int = 0

    @property
    def verdict(self) -> Verdict:
        if not self.rows:
            return Verdict(State.NORMAL, "Quiet")
        state = _STATES.get(Severity(self.rows[0].severity), State.UNKNOWN)
        return Verdict(state, self.rows[0].severity.capitalize(), limit=0)

    @property
    def detail(self) -> list[str]:
        """Who is at it, and the worst of them in words."""
        if not self.rows:
            return ["nothing fires"]
        seen = f"{self.acknowledged} acknowledged" if self.acknowledged else ""
        return [seen or "nobody has acknowledged", self.rows[0].message[:60]]

    def problems(self) -> Iterable[Problem]:
        for row in self.rows:
            state = _STATES.get(Severity(row.severity))
            if state is not None and row.metric not in SAID_ELSEWHERE:
                yield Problem(state, row.message)


def read_alerts() -> FiringAlerts:
    """One query."""
    found: list[Alert] = list(
        firing().only("severity", "metric", "message", "acknowledged_ms")[:MOST]
    )
    rows = [Firing(each.severity, each.metric, each.message) for each in found]
    return FiringAlerts(rows, sum(each.acknowledged_ms is not None for each in found))
