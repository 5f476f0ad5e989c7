"""An outcome with the verdict on it, and what is to be written of it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from monitoring.heartbeats.lateness import due_after_lateness_ms, late_result
from monitoring.models import CheckStatus, Transition
from monitoring.probes.base import Reason, Result, Status
from monitoring.runner.blindness import Senses
from monitoring.runner.leasing import Lease
from monitoring.runner.measured import are_phases_telling, phases_text, points_of
from monitoring.runner.prepared import Prepared
from monitoring.runner.redaction import redacted, redacted_json
from monitoring.runner.rows import State
from monitoring.scheduling import next_due_ms, retry_due_ms
from monitoring.store import KnownPoint
from monitoring.verdicts import Standing, Surroundings, judge, would_turn_down

_STATUSES = {str(each): each for each in CheckStatus}
_WORDS = {each: str(each) for each in CheckStatus}
_REASONS = {each: str(each) for each in Reason}
_IS_UP = {CheckStatus.UP: 1.0, CheckStatus.DEGRADED: 1.0, CheckStatus.DOWN: 0.0}


class Outcome(NamedTuple):
    lease: Lease
    check: Prepared
    result: Result
    time_ms: int


class Judged:
    __slots__ = (
        "before",
        "changed",
        "check",
        "evidence",
        "is_telling",
        "message",
        "outcome",
        "result",
        "state",
        "verdict",
    )

    def __init__(self, outcome: Outcome, state: State, senses: Senses) -> None:
        self.outcome, self.state, self.check = outcome, state, outcome.check
        self.before = Standing(_STATUSES[state.status], *state[7:])
        around = self._around(senses)
        check, result = outcome.check, outcome.result
        if result.reason is Reason.LATE:
            result = late_result(check.check_id, check.probe, outcome.time_ms)
        self.result = result
        self.verdict = judge(self.before, result.status, check.policy, around, outcome.time_ms)
        self.changed = self.verdict.changes(self.before)
        self.message = redacted(result.message, check.secrets)[:500]
        # Of a good probe nobody asks for the body; storing it would be most of the work.
        self.is_telling = self.changed or result.status is not Status.UP
        self.evidence = redacted_json(result.seen, check.secrets) if self.is_telling else {}

    def _around(self, senses: Senses) -> Surroundings:
        result, check = self.outcome.result, self.check
        if would_turn_down(self.before, result.status, check.policy):
            return senses.around(check, result.reason, self.before.failing_since_ms)
        if result.status is not Status.DOWN:
            senses.saw(check)
        return Surroundings.CLEAR

    @property
    def due_ms(self) -> int | None:
        check, now_ms = self.check, self.outcome.time_ms
        if self.verdict.again_soon:
            return retry_due_ms(check.check_id, check.interval_ms, check.retry_interval_ms, now_ms)
        if check.kind == "heartbeat":
            return due_after_lateness_ms(check.probe, self.verdict.standing.status, now_ms)
        after_ms = max(now_ms, self.outcome.lease.due_ms)
        return next_due_ms(check.check_id, check.interval_ms, after_ms)

    def row(self) -> tuple[Any, ...]:
        """For `state_rows.update_states`."""
        standing, result = self.verdict.standing, self.result
        return (
            _WORDS[standing.status],
            standing.since_ms,
            self.due_ms,
            standing.failures,
            standing.successes,
            standing.failing_since_ms,
            self.outcome.time_ms,
            _REASONS[result.reason],
            self.message,
            result.response_time_ms,
            phases_text(result.phases_ms),
            json.dumps(self.evidence) if self.evidence else "{}",
            self.state.check_id,
        )

    def transition(self) -> Transition:
        return Transition(
            owner_id=self.state.check_id,
            time_ms=self.outcome.time_ms,
            status=self.verdict.standing.status,
            before=self.before.status,
            why=self.verdict.why,
            reason=self.result.reason,
            message=self.message,
            evidence=self.evidence,
        )

    def points(self) -> list[KnownPoint]:
        """`check_up` says what the check is, after its retries: while nobody knows, nothing."""
        lease, check, _result, time_ms = self.outcome
        is_up = _IS_UP.get(self.verdict.standing.status)
        telling = self.is_telling or are_phases_telling(
            lease, check, self.result, self.state.response_time_ms
        )
        return points_of(check, self.result, time_ms, is_up, with_phases=telling)
