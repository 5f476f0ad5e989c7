"""Takes due checks for this process, so that no other probes them at the same time."""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast

from monitoring.models import CheckState
from monitoring.scheduling import next_due_ms
from monitoring.store.dialect import among_rows, commit_without_disk

# A lease lasts this much longer than its check may take. Another process then takes over what a
# killed one has left.
MARGIN_MS = 10_000


class Lease(NamedTuple):
    """`until_ms` tells this lease from a later one of the same check. `due_ms` may lie ahead. The
    rest is what the last result has made of it, which nobody else changes as long as it is held."""

    check_id: int
    version: int
    due_ms: int
    until_ms: int
    status: str = ""
    failures: int = 0
    flapping_since_ms: int | None = None
    response_time_ms: float | None = None


def lease_due(now_ms: int, ahead_ms: int, limit: int) -> list[Lease]:
    """Checks due by now + ahead, the most overdue first.

    One statement, a compare-and-swap in itself: on PostgreSQL rows that another process is just
    leasing are skipped, on SQLite one process writes at a time. What is due is worked out before
    anything is updated: as a subquery PostgreSQL may run it once for each row, past the limit.
    """
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    # Else PostgreSQL's planner reads all checks to find a few hundred.
    is_due = among_rows("state.check_id", "SELECT check_id FROM due")
    statement = f"""
        WITH due AS MATERIALIZED (
            SELECT check_id FROM monitoring_checkstate
            WHERE due_ms <= %s AND leased_until_ms <= %s
            ORDER BY due_ms LIMIT %s {skip})
        UPDATE monitoring_checkstate AS state
        SET leased_until_ms = %s + CAST(checks.timeout_seconds * 1000 AS bigint)
        FROM monitoring_check AS checks
        WHERE checks.id = state.check_id AND {is_due}
        RETURNING check_id, version, due_ms, leased_until_ms, status, failures, flapping_since_ms,
            response_time_ms
    """  # noqa: S608
    until = max(now_ms, now_ms + ahead_ms) + MARGIN_MS
    with transaction.atomic(), connection.cursor() as cursor:
        commit_without_disk(cursor)
        cursor.execute(statement, [now_ms + ahead_ms, now_ms, limit, until])
        taken = cursor.fetchall()
    return sorted(map(Lease._make, taken), key=attrgetter("due_ms"))


@transaction.atomic
def set_right(now_ms: int, ahead_ms: int) -> int:
    """After a clock was set back: checks would wait for a time that is yet to come, and leases of
    a process that has died meanwhile would hold until then. Returns how many checks waited.

    Heartbeats are due when their job is late, which may be in months. All in one transaction: each
    alone would wait for the disk.
    """
    states = CheckState.objects.filter(owner__enabled=True)
    longest_ms = now_ms + ahead_ms + MARGIN_MS + F("owner__timeout_seconds") * 1000
    states.filter(leased_until_ms__gt=longest_ms).update(leased_until_ms=0)
    interval_ms = Cast("owner__interval_seconds", BigIntegerField()) * 1000
    waiting = states.filter(due_ms__gt=now_ms + interval_ms)
    found = waiting.exclude(owner__kind="heartbeat").values_list(
        "owner_id", "owner__interval_seconds", "due_ms"
    )
    return sum(
        CheckState.objects.filter(owner=check_id, due_ms=due_ms).update(
            due_ms=next_due_ms(check_id, seconds * 1000, now_ms)
        )
        for check_id, seconds, due_ms in found
    )


def release(leases: list[Lease]) -> None:
    """Of a process that ends: others need not wait until they run out."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE monitoring_checkstate SET leased_until_ms = 0"
            " WHERE check_id = %s AND leased_until_ms = %s",
            [(lease.check_id, lease.until_ms) for lease in leases],
        )
