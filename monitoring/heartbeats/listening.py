"""What a ping makes of its heartbeat. Touches no row: it gathers what is to be written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from monitoring import store
from monitoring.heartbeats.deadlines import deadline_ms, due_ms, heartbeat_of
from monitoring.heartbeats.durations import duration_text
from monitoring.heartbeats.received import Received
from monitoring.heartbeats.rows import Pinged
from monitoring.heartbeats.runs import Runs
from monitoring.models import CheckState, CheckStatus, Ping, Transition
from monitoring.probes.base import Reason, Status
from monitoring.verdicts import Policy, Standing, Surroundings, Verdict, judge

# A job has tried again by itself before it says that it failed.
POLICY = Policy(retries=0, successes_to_recover=1)
_EVIDENCE_BYTES = 2000
# That a job is still well is told so often, and how long its runs take.
_WELL_EVERY_MS, _DURATION_EVERY_MS = 10_000, 1000


class Listener:
    """One heartbeat while its state is locked. `around` is what a failure is judged by.

    Of a thousand pings a second all are kept as pings, until newer ones replace them, but only one
    in ten seconds, one with a duration each second and those that change something become points.
    """

    def __init__(self, pinged: Pinged, runs: Runs, around: Surroundings) -> None:
        self.state = pinged.state
        self.pings: list[Ping] = []
        self.points: list[store.KnownPoint] = []
        self.transitions: list[Transition] = []
        # Whether the deadline alone or the whole state is to be written.
        self.moved = self.judged = False
        self.runs = runs
        self.slug = pinged.slug
        self._around = around
        self._heartbeat = heartbeat_of(pinged.settings)

    def hear(self, received: Received, now_ms: int) -> None:
        ping = self._ping(received, now_ms)
        self.pings.append(ping)
        self.runs.add(ping.kind, ping.rid, now_ms)
        # A person has paused it, and the job knows nothing of that.
        if ping.kind == Ping.Kind.LOG or self.state.status == CheckStatus.PAUSED:
            return
        if ping.kind == Ping.Kind.START:
            self.state.due_ms = due_ms(self._heartbeat, self.state, self.runs, now_ms)
            self.moved = True
        else:
            self._judge(ping)

    def _ping(self, received: Received, now_ms: int) -> Ping:
        """One of a method that is not accepted is kept as a log entry, which changes nothing."""
        refused = self._heartbeat.methods == "post" and received.method != "POST"
        kind = Ping.Kind.LOG if refused else received.kind
        ends = kind in (Ping.Kind.SUCCESS, Ping.Kind.FAIL)
        return Ping(
            owner_id=self.state.owner_id,
            time_ms=now_ms,
            kind=kind,
            exit_status=received.exit_status,
            rid=received.rid,
            duration_ms=self.runs.duration_ms(received.rid, now_ms) if ends else None,
            method=received.method,
            remote_address=received.remote_address,
            user_agent=received.user_agent,
            body=received.body or None,
        )

    def _judge(self, ping: Ping) -> None:
        state = self.state
        before = Standing(
            CheckStatus(state.status),
            state.since_ms,
            state.failures,
            state.successes,
            state.failing_since_ms,
        )
        status = Status.UP if ping.kind == Ping.Kind.SUCCESS else Status.DOWN
        verdict = judge(before, status, POLICY, self._around, ping.time_ms)
        changed, heard_ms = verdict.changes(before), state.probed_ms or 0
        self._stand(ping, verdict.standing)
        # As with probes: of a success that changes nothing nobody asks for the body.
        state.evidence = _evidence(ping) if changed or status is Status.DOWN else {}
        if changed:
            self.transitions.append(_transition(ping, state, before, verdict))
        every_ms = _WELL_EVERY_MS if ping.duration_ms is None else _DURATION_EVERY_MS
        if changed or ping.time_ms // every_ms != heard_ms // every_ms:
            self.points += _points(ping, self.slug)
        self.judged = True

    def _stand(self, ping: Ping, standing: Standing) -> None:
        state = self.state
        state.status, state.since_ms = standing.status, standing.since_ms
        state.failures, state.successes = standing.failures, standing.successes
        state.failing_since_ms = standing.failing_since_ms
        state.due_ms = self._due_ms(ping)
        state.probed_ms = ping.time_ms
        state.reason = Reason.OK if ping.kind == Ping.Kind.SUCCESS else Reason.FAILED
        state.message = _message(ping)
        state.response_time_ms = ping.duration_ms

    def _due_ms(self, ping: Ping) -> int | None:
        if self.state.status == CheckStatus.DOWN:
            return None
        began_after_ms = ping.time_ms - self._heartbeat.grace_ms
        running_ms = self.runs.running_since_ms(began_after_ms)
        return deadline_ms(self._heartbeat, ping.time_ms, running_ms)


def _message(ping: Ping) -> str:
    words = "success" if ping.kind == Ping.Kind.SUCCESS else "failed"
    if ping.exit_status:
        words = f"{words} with exit status {ping.exit_status}"
    return words if ping.duration_ms is None else f"{words} after {duration_text(ping.duration_ms)}"


def _evidence(ping: Ping) -> dict[str, Any]:
    body = bytes(ping.body or b"")[:_EVIDENCE_BYTES].decode(errors="replace")
    return {
        "method": ping.method,
        "remote_address": ping.remote_address,
        "user_agent": ping.user_agent,
        "exit_status": ping.exit_status,
        "rid": str(ping.rid) if ping.rid else None,
        # PostgreSQL's JSON has no null byte.
        "body": body.replace("\0", "\ufffd"),
    }


def _transition(ping: Ping, state: CheckState, before: Standing, verdict: Verdict) -> Transition:
    return Transition(
        owner_id=state.owner_id,
        time_ms=ping.time_ms,
        status=state.status,
        before=before.status,
        why=verdict.why,
        reason=state.reason,
        message=state.message,
        evidence=state.evidence,
    )


def _points(ping: Ping, slug: str) -> list[store.KnownPoint]:
    up = float(ping.kind == Ping.Kind.SUCCESS)
    points = [(_series("check_up", slug), ping.time_ms, up)]
    if ping.duration_ms is not None:
        series = _series("check_response_time_ms", slug)
        points.append((series, ping.time_ms, float(ping.duration_ms)))
    return points


@lru_cache(maxsize=20_000)
def _series(metric: str, slug: str) -> store.KnownSeries:
    return store.KnownSeries(metric, labels_of(slug))


def labels_of(slug: str) -> dict[str, str]:
    return {"check": slug, "kind": "heartbeat"}
