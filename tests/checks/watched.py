"""Checks in the database, and results as if they had been probed, at times that are given."""

from __future__ import annotations

from typing import Any

from monitoring.editing import save_check
from monitoring.models import Check, CheckState
from monitoring.probes.base import Reason, Result, Status
from monitoring.runner.leasing import Lease, lease_due
from monitoring.runner.outcomes import Outcome, write
from monitoring.runner.prepared import PreparedChecks

START_MS = 1_790_000_000_000
FAR_AHEAD_MS = 10 * 86_400_000
GOOD = Result(Status.UP, Reason.OK, "200 OK", 12.5, {"connect": 2.5, "first_byte": 10.0})
TIMED_OUT = Result(Status.DOWN, Reason.TIMEOUT, "no answer within 10 s")
REFUSED = Result(Status.DOWN, Reason.REFUSED, "connection refused")


def add(name: str, *, now_ms: int = START_MS, host: str = "db.example", **fields: Any) -> Check:
    fields = {"retries": 0, "timeout_seconds": 5, **fields}
    check = Check(name=name, kind="tcp", **fields)
    save_check(check, {"host": host, "port": 5432}, now_ms=now_ms)
    return check


def probed(now_ms: int, results: dict[Check, Result]) -> None:
    """As if just these had been due and were probed at that moment."""
    CheckState.objects.filter(pk__in=[check.pk for check in results]).update(due_ms=now_ms)
    others = CheckState.objects.exclude(pk__in=[check.pk for check in results])
    leases = {
        lease.check_id: lease
        for lease in lease_due(now_ms, 0, 1000)
        if not others.filter(pk=lease.check_id).exists()
    }
    write([outcome(leases[check.pk], result, now_ms) for check, result in results.items()])
    others.update(leased_until_ms=0)


def outcome(lease: Lease, result: Result, now_ms: int) -> Outcome:
    (prepared,) = PreparedChecks().of([lease]).values()
    return Outcome(lease, prepared, result, now_ms)


def state(check: Check) -> CheckState:
    return CheckState.objects.get(pk=check.pk)
