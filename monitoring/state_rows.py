"""What was found of checks, probes and pings alike, written into their state rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from monitoring.store.dialect import array_literals

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

SteadyRow = tuple[int, int, str, float | None, str, int]
"""due_ms, probed_ms, message, response_time_ms, phases_ms; then the check's id"""
_STEADY = ("due_ms", "probed_ms", "message", "response_time_ms", "phases_ms")


def update_steady_states(rows: Sequence[SteadyRow]) -> None:
    """Of checks that are up and were found so again. Ends their leases."""
    constant = "successes = successes + 1, evidence = '{}', leased_until_ms = 0"
    _update(_STEADY, constant, rows)


def update_states(rows: Sequence[tuple[Any, ...]]) -> None:
    """Of each, what was found, then the check's id. Ends its lease."""
    _update(tuple(_FOUND), "leased_until_ms = 0", rows)


def _update(names: Sequence[str], constant: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Each row has the values of `names`, then the check's id; `constant` is the same for all."""
    if not rows:
        return
    if connection.vendor == "postgresql":
        _update_at_once(names, constant, rows)
        return
    columns = ", ".join(f"{name} = %s" for name in names)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE monitoring_checkstate SET {columns}, {constant}"  # noqa: S608
            " WHERE check_id = %s",
            rows,
        )


def _update_at_once(names: Sequence[str], constant: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """One statement for all: reading a thousand of them takes the server longer than doing them.
    The arrays are as in `store.dialect.update_latest`."""
    columns = ", ".join(f"{name} = new.{name}::{_FOUND[name]}" for name in names)
    # Arrays of JSON would have to be quoted twice.
    kinds = [_FOUND[name].replace("jsonb", "text") for name in names]
    arrays = ", ".join(f"(SELECT %s::{kind}[])" for kind in (*kinds, "bigint"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE monitoring_checkstate AS state SET {columns}, {constant}"  # noqa: S608
            f" FROM unnest({arrays}) AS new ({', '.join(names)}, check_id)"
            " WHERE state.check_id = new.check_id",
            array_literals(rows),
        )
