"""The state rows that a batch of results reads and writes, in SQL: as objects of the ORM they take
longer than all else that is done with a result."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.db import connection

from monitoring.store.dialect import any_of


class State(NamedTuple):
    """What is needed of a `CheckState` to judge a result."""

    check_id: int
    version: int
    leased_until_ms: int
    due_ms: int | None
    flapping_since_ms: int | None
    status: str
    since_ms: int
    failures: int
    successes: int
    failing_since_ms: int | None


# The types are PostgreSQL's.
_FOUND = {
    "status": "text",
    "since_ms": "bigint",
    "due_ms": "bigint",
    "failures": "integer",
    "successes": "integer",
    "failing_since_ms": "bigint",
    "probed_ms": "bigint",
    "reason": "text",
    "message": "text",
    "response_time_ms": "float8",
    "phases_ms": "jsonb",
    "evidence": "jsonb",
}


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


def update_states(rows: Sequence[tuple[Any, ...]]) -> None:
    """Of each, what was found, then the check's id. Ends its lease."""
    if connection.vendor == "postgresql":
        _update_at_once(rows)
        return
    columns = ", ".join(f"{name} = %s" for name in _FOUND)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE monitoring_checkstate SET {columns}, leased_until_ms = 0"  # noqa: S608
            " WHERE check_id = %s",
            rows,
        )


def _update_at_once(rows: Sequence[tuple[Any, ...]]) -> None:
    """One statement for all: reading a thousand of them took the server longer than doing them."""
    names = (*_FOUND, "check_id")
    columns = ", ".join(f"{name} = new.{name}::{kind}" for name, kind in _FOUND.items())
    # JSON within JSON is a text.
    kinds = ", ".join(f"{name} {kind.replace('jsonb', 'text')}" for name, kind in _FOUND.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE monitoring_checkstate AS state SET {columns}, leased_until_ms = 0"  # noqa: S608
            f" FROM json_to_recordset(%s) AS new ({kinds}, check_id bigint)"
            " WHERE state.check_id = new.check_id",
            [json.dumps([dict(zip(names, row, strict=True)) for row in rows])],
        )
