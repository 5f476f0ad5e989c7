"""What was found of checks, probes and pings alike, written into their state rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

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


def update_states(rows: Sequence[tuple[Any, ...]]) -> None:
    """Of each, what was found, then the check's id. Ends its lease."""
    if not rows:
        return
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
    """One statement for all: reading a thousand of them takes the server longer than doing them."""
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
