"""Good results of checks that are up already. Nearly all are, and of such nothing is to be judged:
no check turns, nobody else is asked, no evidence is kept."""

from __future__ import annotations

from monitoring.models import CheckStatus
from monitoring.probes.base import Reason, Status
from monitoring.runner.judging import Outcome
from monitoring.runner.measured import are_phases_telling, phases_text, points_of
from monitoring.runner.redaction import redacted
from monitoring.scheduling import next_due_ms
from monitoring.state_rows import SteadyRow
from monitoring.store import KnownPoint

_UP = str(CheckStatus.UP)


def is_steady(outcome: Outcome) -> bool:
    """As long as its lease holds. A heartbeat is probed only when it may be late; its next time is
    not the interval's."""
    lease, check, result, _time_ms = outcome
    return (
        result.status is Status.UP
        and result.reason is Reason.OK
        and lease.status == _UP
        and not lease.failures
        and lease.flapping_since_ms is None
        and check.kind != "heartbeat"
    )


def row(outcome: Outcome) -> SteadyRow:
    lease, check, result, time_ms = outcome
    return (
        next_due_ms(lease.check_id, check.interval_ms, max(time_ms, lease.due_ms)),
        time_ms,
        redacted(result.message, check.secrets)[:500],
        result.response_time_ms,
        phases_text(result.phases_ms),
        lease.check_id,
        lease.version,
        lease.until_ms,
    )


def points(outcome: Outcome) -> list[KnownPoint]:
    lease, check, result, time_ms = outcome
    telling = are_phases_telling(lease, check, result, lease.response_time_ms)
    return points_of(check, result, time_ms, 1.0, with_phases=telling)
