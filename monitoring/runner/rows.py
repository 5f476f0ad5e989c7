"""The state rows that a batch of results reads, in SQL: as objects of the ORM they take longer
than all else that is done with a result."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from monitoring.store.dialect import any_of


class State(NamedTuple):
    """What is needed of a `CheckState` to judge a result."""

    check_id: int
    version: int
    leased_until_ms: int
    due_ms: int | None
    flapping_since_ms: int | None
    response_time_ms: float | None
    status: str
    since_ms: int
    failures: int
    successes: int
    failing_since_ms: int | None


def lock_states(check_ids: Collection[int]) -> list[State]:
    """In the same order everywhere, so that writers cannot wait for each other in a circle."""
    condition, parameter = any_of("check_id", check_ids)
    lock = "FOR UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(State._fields)} FROM monitoring_checkstate"  # noqa: S608
            f" WHERE {condition} ORDER BY check_id {lock}",
            [parameter],
        )
        return [State._make(row) for row in cursor.fetchall()]
