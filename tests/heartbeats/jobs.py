"""Heartbeats in the database, and their pings at times that are given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from monitoring.editing import save_check
from monitoring.heartbeats.pinging import record_pings
from monitoring.heartbeats.received import Received
from monitoring.models import Check, CheckState, Ping
from monitoring.runner.leasing import lease_due
from monitoring.runner.outcomes import Outcome, write
from monitoring.runner.prepared import PreparedChecks

START_MS = 1_790_000_000_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def add(name: str = "nightly", *, parent: Check | None = None, **settings: Any) -> Check:
    check = Check(name=name, kind="heartbeat", parent=parent)
    save_check(check, settings, now_ms=START_MS)
    return check


def ping(
    check: Check,
    kind: str = "success",
    now_ms: int = START_MS,
    *,
    rid: UUID | None = None,
    exit_status: int | None = None,
    method: str = "GET",
    body: bytes = b"",
) -> Ping:
    told = received(kind, rid=rid, exit_status=exit_status, method=method, body=body)
    assert record_pings([(check.uuid, told)], now_ms) == [True]
    return Ping.objects.filter(owner=check).latest("id")


def received(
    kind: str = "success",
    *,
    rid: UUID | None = None,
    exit_status: int | None = None,
    method: str = "GET",
    body: bytes = b"",
) -> Received:
    return Received(Ping.Kind(kind), exit_status, rid, method, "192.0.2.1", "curl/8.14", body)


def tick(now_ms: int) -> int:
    """Leases what is due, probes it and writes what it found. Returns how many counted."""
    leases = lease_due(now_ms, 0, 100)
    checks = PreparedChecks().of(leases)
    outcomes = [
        Outcome(lease, checks[lease.check_id], checks[lease.check_id].probe.probe(1), now_ms)
        for lease in leases
    ]
    return write(outcomes) if outcomes else 0


def state(check: Check) -> CheckState:
    return CheckState.objects.get(pk=check.pk)
