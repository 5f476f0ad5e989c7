"""Writes what probes have found: state, transitions and points, in one transaction a batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from monitoring import store
from monitoring.heartbeats.lateness import due_after_lateness_ms, late_result
from monitoring.models import CheckState, CheckStatus, Transition
from monitoring.probes.base import Reason, Result, Status
from monitoring.runner.blindness import Senses
from monitoring.runner.leasing import Lease
from monitoring.runner.prepared import Prepared
from monitoring.runner.redaction import redacted, redacted_json
from monitoring.scheduling import next_due_ms, retry_due_ms
from monitoring.transitions import note_flapping, write_transitions
from monitoring.verdicts import Standing, Surroundings, Verdict, judge, would_turn_down

_IS_UP = {CheckStatus.UP: 1.0, CheckStatus.DEGRADED: 1.0, CheckStatus.DOWN: 0.0}


@dataclass(frozen=True, slots=True)
class Outcome:
    lease: Lease
    check: Prepared
    result: Result
    time_ms: int


def write(outcomes: Sequence[Outcome]) -> int:
    """Returns how many counted: one whose lease has run out is another's by now."""
    with transaction.atomic():
        states = _leased_states(outcomes)
        senses = Senses(outcomes[0].time_ms)
        judged = [
            _Judged(each, states[each.check.check_id], senses)
            for each in outcomes
            if each.check.check_id in states
        ]
        _write_states(judged)
        write_transitions([each.transition() for each in judged if each.changed])
        now_ms = max(each.time_ms for each in outcomes)
        turning = [
            (each.state, each.labels)
            for each in judged
            if each.changed or each.state.flapping_since_ms
        ]
        points = [point for each in judged for point in each.points()]
        points += note_flapping(turning, now_ms) + senses.points
        store.record(points, now_ms=now_ms)
    return len(judged)


def _leased_states(outcomes: Sequence[Outcome]) -> dict[int, CheckState]:
    until = {each.lease.check_id: each.lease.until_ms for each in outcomes}
    # In the same order everywhere, so that writers cannot wait for each other in a circle.
    rows = CheckState.objects.select_for_update().filter(pk__in=list(until)).order_by("pk")
    # What is about to be replaced is not read: decoding it took a third of the time.
    rows = rows.defer("message", "phases_ms", "evidence")
    leased = [row for row in rows if row.leased_until_ms == until[row.pk]]
    versions = {each.lease.check_id: each.lease.version for each in outcomes}
    stale = [row.pk for row in leased if row.due_ms is None or row.version != versions[row.pk]]
    if stale:
        # Edited or paused in the meantime: what was found is of settings that are no more.
        CheckState.objects.filter(pk__in=stale).update(leased_until_ms=0)
    return {row.pk: row for row in leased if row.pk not in stale}


class _Judged:
    """An outcome with the verdict on it."""

    def __init__(self, outcome: Outcome, state: CheckState, senses: Senses) -> None:
        self.outcome, self.state = outcome, state
        self.before = Standing(
            CheckStatus(state.status),
            state.since_ms,
            state.failures,
            state.successes,
            state.failing_since_ms,
        )
        around = self._around(senses)
        check, result = outcome.check, outcome.result
        if result.reason is Reason.LATE:
            result = late_result(check.check_id, check.probe, outcome.time_ms)
        self.result = result
        self.verdict: Verdict = judge(
            self.before, result.status, check.policy, around, outcome.time_ms
        )
        self.changed = self.verdict.changes(self.before)
        self.message = redacted(result.message, check.secrets)[:500]
        # Of a good probe nobody asks for the body; storing it would be most of the work.
        telling = self.changed or result.status is not Status.UP
        self.evidence = redacted_json(result.seen, check.secrets) if telling else {}

    def _around(self, senses: Senses) -> Surroundings:
        outcome = self.outcome
        if would_turn_down(self.before, outcome.result.status, outcome.check.policy):
            return senses.around(outcome.check, outcome.result.reason, self.before.failing_since_ms)
        if outcome.result.status is not Status.DOWN:
            senses.saw(outcome.check)
        return Surroundings.CLEAR

    @property
    def due_ms(self) -> int | None:
        check, now_ms = self.outcome.check, self.outcome.time_ms
        if self.verdict.again_soon:
            return retry_due_ms(check.check_id, check.interval_ms, check.retry_interval_ms, now_ms)
        if check.kind == "heartbeat":
            return due_after_lateness_ms(check.probe, self.verdict.standing.status, now_ms)
        after_ms = max(now_ms, self.outcome.lease.due_ms)
        return next_due_ms(check.check_id, check.interval_ms, after_ms)

    def row(self) -> tuple[Any, ...]:
        standing, result = self.verdict.standing, self.result
        return (
            str(standing.status),
            standing.since_ms,
            self.due_ms,
            standing.failures,
            standing.successes,
            standing.failing_since_ms,
            self.outcome.time_ms,
            str(result.reason),
            self.message,
            result.response_time_ms,
            json.dumps(dict(result.phases_ms)),
            json.dumps(self.evidence),
            self.state.owner_id,
        )

    def transition(self) -> Transition:
        return Transition(
            owner_id=self.state.owner_id,
            time_ms=self.outcome.time_ms,
            status=self.verdict.standing.status,
            before=self.before.status,
            why=self.verdict.why,
            reason=self.result.reason,
            message=self.message,
            evidence=self.evidence,
        )

    @property
    def labels(self) -> dict[str, str]:
        return {"check": self.outcome.check.slug, "kind": self.outcome.check.kind}

    def points(self) -> Iterable[store.Point]:
        """`check_up` says what the check is, after its retries: while nobody knows, nothing."""
        check, result, time_ms = self.outcome.check, self.result, self.outcome.time_ms
        labels = self.labels
        is_up = _IS_UP.get(self.verdict.standing.status)
        if is_up is not None:
            yield store.Point("check_up", labels, time_ms, is_up)
        if result.response_time_ms is not None:
            yield store.Point("check_response_time_ms", labels, time_ms, result.response_time_ms)
        for phase, spent_ms in result.phases_ms.items():
            phase_labels = {"check": check.slug, "phase": phase}
            yield store.Point("check_phase_ms", phase_labels, time_ms, spent_ms)
        for reading in result.readings:
            yield store.Point(reading.metric, labels, time_ms, reading.value)


def _write_states(judged: Iterable[_Judged]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE monitoring_checkstate SET status = %s, since_ms = %s, due_ms = %s,"
            " failures = %s, successes = %s, failing_since_ms = %s, probed_ms = %s, reason = %s,"
            " message = %s, response_time_ms = %s, phases_ms = %s, evidence = %s,"
            " leased_until_ms = 0 WHERE check_id = %s",
            [each.row() for each in judged],
        )
