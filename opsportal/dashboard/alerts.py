"""The alerts that fire, as the dashboard shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from alerts.models import Alert, AlertState, Severity
from alerts.summary import firing_first
from opsportal.dashboard.formats import shortened
from opsportal.dashboard.marks import MOST as MOST_MARKS
from opsportal.dashboard.marks import Mark, marks_of
from opsportal.dashboard.sentence import Problem
from opsportal.dashboard.states import State, Verdict
from opsportal.lib.prepared import Prepared, attributes

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
        return [seen or "nobody has acknowledged", shortened(self.rows[0].message)]

    def problems(self) -> Iterable[Problem]:
        for row in self.rows:
            state = _STATES.get(Severity(row.severity))
            if state is not None and row.metric not in SAID_ELSEWHERE:
                yield Problem(state, row.message)


_FIELDS = attributes(
    Alert,
    *("id", "name", "metric", "severity", "message", "state", "fingerprint"),
    *("started_ms", "fired_ms", "resolved_ms", "acknowledged_ms"),
)


def _firing_or_fired(start_ms: int, end_ms: int) -> QuerySet[Alert, Any]:
    """Those that fire, and those that fired in between."""
    # As one statement of two parts, each by an index of its own; a condition with "or" would read
    # all alerts that ever were. What fires is said as a constant: its index is of just those.
    fires = Alert.objects.order_by().extra(where=["state = 'firing'"])
    marked = Alert.objects.filter(
        started_ms__gte=start_ms, started_ms__lt=end_ms, fired_ms__isnull=False
    ).order_by()
    either = fires.values("pk").union(marked.values("pk"), all=True)
    return firing_first().filter(pk__in=either).values_list(*_FIELDS)[: MOST + MOST_MARKS]


_FIRING_OR_FIRED = Prepared(_firing_or_fired)


def read_alerts(start_ms: int, end_ms: int) -> tuple[FiringAlerts, list[Mark]]:
    """Those that fire, and the marks of those that fired in between. One query."""
    found = [
        Alert.from_db(connection.alias, _FIELDS, row)
        for row in _FIRING_OR_FIRED.rows(start_ms, end_ms)
    ]
    rows = [each for each in found if each.state == AlertState.FIRING][:MOST]
    return (
        FiringAlerts(
            [Firing(each.severity, each.metric, each.message) for each in rows],
            sum(each.acknowledged_ms is not None for each in rows),
        ),
        marks_of(each for each in found if start_ms <= each.started_ms < end_ms),
    )
