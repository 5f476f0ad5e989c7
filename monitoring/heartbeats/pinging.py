"""Records a ping and what it makes of its heartbeat, in one short transaction."""

from __future__ import annotations

import time
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from monitoring.heartbeats.deadlines import heartbeat_of
from monitoring.heartbeats.history import duration_ms_of, prune
from monitoring.heartbeats.judging import follow
from monitoring.heartbeats.points import buffer
from monitoring.heartbeats.received import Received
from monitoring.models import CheckState, CheckStatus, Ping
from monitoring.probes.heartbeat import Heartbeat


def record_ping(address: UUID | str, received: Received, now_ms: int | None = None) -> bool:
    """`address`: the uuid of the check or its slug. False when there is no such heartbeat;
    DatabaseError when nothing was recorded."""
    with transaction.atomic():
        state = _locked_state(address)
        if state is None:
            return False
        # After the lock: pings of one check have their times in their order.
        now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
        heartbeat = heartbeat_of(state.owner.settings)
        ping = _ping(received, heartbeat, state.owner_id, now_ms)
        points = follow(ping, heartbeat, state) if _counts(ping, state) else []
        prune(state.owner_id)
    buffer.put(points)
    return True


def _locked_state(address: UUID | str) -> CheckState | None:
    whose = Q(owner__uuid=address) if isinstance(address, UUID) else Q(owner__slug=address)
    states = CheckState.objects.select_for_update(of=("self",)).select_related("owner")
    return states.filter(whose, owner__kind="heartbeat").first()


def _ping(received: Received, heartbeat: Heartbeat, check_id: int, now_ms: int) -> Ping:
    """Saved. One of a method that is not accepted is kept as a log entry, which changes nothing."""
    refused = heartbeat.methods == "post" and received.method != "POST"
    ping = Ping(
        owner_id=check_id,
        time_ms=now_ms,
        kind=Ping.Kind.LOG if refused else received.kind,
        exit_status=received.exit_status,
        rid=received.rid,
        method=received.method,
        remote_address=received.remote_address,
        user_agent=received.user_agent,
        body=received.body or None,
    )
    if ping.kind in (Ping.Kind.SUCCESS, Ping.Kind.FAIL):
        ping.duration_ms = duration_ms_of(check_id, ping.rid, now_ms)
    ping.save(force_insert=True)
    return ping


def _counts(ping: Ping, state: CheckState) -> bool:
    """A paused one stays paused: a person has paused it, and the job knows nothing of that."""
    return ping.kind != Ping.Kind.LOG and state.status != CheckStatus.PAUSED
