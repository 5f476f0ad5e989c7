"""Good results of checks that are up already. Nearly all are, and of such nothing is to be judged:
no check turns, nobody else is asked, no evidence is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from monitoring.models import CheckStatus
from monitoring.probes.base import Reason, Status
from monitoring.runner.judging import Outcome
from monitoring.runner.measured import are_phases_telling, phases_text, points_of
from monitoring.runner.redaction import redacted
from monitoring.runner.rows import State
from monitoring.scheduling import next_due_ms
from monitoring.state_rows import SteadyRow
from monitoring.store import KnownPoint

_UP = str(CheckStatus.UP)


class Steady(NamedTuple):
    outcome: Outcome
    state: State

    def row(self) -> SteadyRow:
        lease, check, result, time_ms = self.outcome
        return (
            next_due_ms(lease.check_id, check.interval_ms, max(time_ms, lease.due_ms)),
            time_ms,
            redacted(result.message, check.secrets)[:500],
            result.response_time_ms,
            phases_text(result.phases_ms),
            lease.check_id,
        )

    def points(self) -> Iterator[KnownPoint]:
        lease, check, result, time_ms = self.outcome
        telling = are_phases_telling(lease, check, result, self.state.response_time_ms)
        return points_of(check, result, time_ms, 1.0, with_phases=telling)


def is_steady(outcome: Outcome, state: State) -> bool:
    """A heartbeat is probed only when it may be late; its next time is not the interval's."""
    result = outcome.result
    return (
        result.status is Status.UP
        and result.reason is Reason.OK
        and state.status == _UP
        and not state.failures
        and state.flapping_since_ms is None
        and outcome.check.kind != "heartbeat"
    )
