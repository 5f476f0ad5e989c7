"""What a ping makes of its heartbeat. Runs in the ping's transaction, with the state locked."""

from __future__ import annotations

from typing import Any

from monitoring import store
from monitoring.heartbeats.deadlines import deadline_ms
from monitoring.heartbeats.durations import duration_text
from monitoring.heartbeats.history import due_ms_of, running_since_ms
from monitoring.models import CheckState, CheckStatus, Ping, Transition
from monitoring.probes.base import Reason, Status
from monitoring.probes.heartbeat import Heartbeat
from monitoring.transitions import note_flapping, write_transitions
from monitoring.verdicts import Policy, Standing, Surroundings, Verdict, judge

# A job has tried again by itself before it says that it failed.
POLICY = Policy(retries=0, successes_to_recover=1)
_EVIDENCE_BYTES = 2000


def follow(ping: Ping, heartbeat: Heartbeat, state: CheckState) -> list[store.Point]:
    """Returns the points that may be written later: those of a change are written with it."""
    # Whoever is just about to say that the ping is late has lost the lease.
    state.leased_until_ms = 0
    if ping.kind == Ping.Kind.START:
        state.due_ms = due_ms_of(heartbeat, state, ping.time_ms)
        state.save(update_fields=["leased_until_ms", "due_ms"])
        return []
    before = Standing(
        CheckStatus(state.status),
        state.since_ms,
        state.failures,
        state.successes,
        state.failing_since_ms,
    )
    status = Status.UP if ping.kind == Ping.Kind.SUCCESS else Status.DOWN
    verdict = judge(before, status, POLICY, _surroundings(status, state), ping.time_ms)
    changed = verdict.changes(before)
    _write_state(ping, heartbeat, state, verdict, telling=changed or status is Status.DOWN)
    if changed:
        write_transitions([_transition(ping, state, before, verdict)])
    if changed or state.flapping_since_ms:
        note_flapping(state, ping.time_ms)
    if not changed:
        return _points(ping, state)
    store.record(_points(ping, state), now_ms=ping.time_ms)
    return []


def _surroundings(status: Status, state: CheckState) -> Surroundings:
    """A portal that has lost its network would not have heard the ping; only the parent counts."""
    parent_id = state.owner.parent_id
    if status is Status.UP or parent_id is None:
        return Surroundings.CLEAR
    fallen = (CheckStatus.DOWN, CheckStatus.UNKNOWN)
    parent_down = CheckState.objects.filter(pk=parent_id, status__in=fallen).exists()
    return Surroundings.PARENT_DOWN if parent_down else Surroundings.CLEAR


def _write_state(
    ping: Ping, heartbeat: Heartbeat, state: CheckState, verdict: Verdict, *, telling: bool
) -> None:
    standing = verdict.standing
    state.status, state.since_ms = standing.status, standing.since_ms
    state.failures, state.successes = standing.failures, standing.successes
    state.failing_since_ms = standing.failing_since_ms
    state.due_ms = _due_ms(ping, heartbeat, standing.status)
    state.probed_ms = ping.time_ms
    state.reason = Reason.OK if ping.kind == Ping.Kind.SUCCESS else Reason.FAILED
    state.message = _message(ping)
    state.response_time_ms = ping.duration_ms
    state.evidence = _evidence(ping) if telling else {}
    state.save()


def _due_ms(ping: Ping, heartbeat: Heartbeat, status: CheckStatus) -> int | None:
    if status == CheckStatus.DOWN:
        return None
    others_may_run = ping.kind == Ping.Kind.SUCCESS and ping.rid is not None
    began_after_ms = ping.time_ms - heartbeat.grace_ms
    started_ms = running_since_ms(ping.owner_id, began_after_ms) if others_may_run else None
    return deadline_ms(heartbeat, ping.time_ms, started_ms)


def _message(ping: Ping) -> str:
    words = "success" if ping.kind == Ping.Kind.SUCCESS else "failed"
    if ping.exit_status:
        words = f"{words} with exit status {ping.exit_status}"
    return words if ping.duration_ms is None else f"{words} after {duration_text(ping.duration_ms)}"


def _evidence(ping: Ping) -> dict[str, Any]:
    # PostgreSQL's JSON has no null byte.
    body = (
        bytes(ping.body or b"")[:_EVIDENCE_BYTES].decode(errors="replace").replace("\0", "\ufffd")
    )
    return {
        "method": ping.method,
        "remote_address": ping.remote_address,
        "user_agent": ping.user_agent,
        "exit_status": ping.exit_status,
        "rid": str(ping.rid) if ping.rid else None,
        "body": body,
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


def _points(ping: Ping, state: CheckState) -> list[store.Point]:
    labels = {"check": state.owner.slug, "kind": "heartbeat"}
    up = float(ping.kind == Ping.Kind.SUCCESS)
    points = [store.Point("check_up", labels, ping.time_ms, up)]
    if ping.duration_ms is not None:
        duration_ms = float(ping.duration_ms)
        points.append(store.Point("check_response_time_ms", labels, ping.time_ms, duration_ms))
    return points
