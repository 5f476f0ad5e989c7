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

SteadyRow = tuple[int, int, str, float | None, str, int, int, int]
"""due_ms, probed_ms, message, response_time_ms, phases_ms; then the check's id, its version and the
end of its lease"""
_STEADY = ("due_ms", "probed_ms", "message", "response_time_ms", "phases_ms")
_CHECK, _LEASE = ("check_id",), ("check_id", "version", "leased_until_ms")


def update_steady_states(rows: Sequence[SteadyRow]) -> int:
    """Of checks that are up and were found so again. Ends their leases. Returns how many still had
    theirs, and were neither edited nor paused in the meantime; no others are updated."""
    constant = "successes = successes + 1, evidence = '{}', leased_until_ms = 0"
    return _update(_STEADY, constant, _LEASE, rows)


def update_states(rows: Sequence[tuple[Any, ...]]) -> None:
    """Of each, what was found, then the check's id. Ends its lease."""
    _update(tuple(_FOUND), "leased_until_ms = 0", _CHECK, rows)


def _update(
    names: Sequence[str], constant: str, keys: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> int:
    """Each row has the values of `names`, then those of `keys` by which it is found; `constant` is
    the same for all. Returns how many were found."""
    if not rows:
        return 0
    if connection.vendor == "postgresql":
        return _update_at_once(names, constant, keys, rows)
    columns = ", ".join(f"{name} = %s" for name in names)
    found = " AND ".join(f"{key} = %s" for key in keys)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE monitoring_checkstate SET {columns}, {constant}"  # noqa: S608
            f" WHERE {found}",
            rows,
        )
        return int(cursor.rowcount)


def _update_at_once(
    names: Sequence[str], constant: str, keys: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> int:
    """One statement for all: reading a thousand of them takes the server longer than doing them.
    The arrays are as in `store.dialect.update_latest`."""
    columns = ", ".join(f"{name} = new.{name}::{_FOUND[name]}" for name in names)
    found = " AND ".join(f"state.{key} = new.{key}" for key in keys)
    # Arrays of JSON would have to be quoted twice.
    kinds = [_FOUND[name].replace("jsonb", "text") for name in names] + ["bigint" for _ in keys]
    arrays = ", ".join(f"(SELECT %s::{kind}[])" for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE monitoring_checkstate AS state SET {columns}, {constant}"  # noqa: S608
            f" FROM unnest({arrays}) AS new ({', '.join((*names, *keys))})"
            f" WHERE {found}",
            array_literals(rows),
        )
        return int(cursor.rowcount)
