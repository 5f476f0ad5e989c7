"""The few statements that SQLite and PostgreSQL word differently, behind one set of functions."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

PointRow = tuple[int, int, float, bytes | None]
"""series_id, time_ms, value, histogram"""
ValueRow = tuple[int, int, float]
"""series_id, time_ms, value of a point without a histogram"""
LatestRow = tuple[int, float, int, float, int]
"""last_time_ms, last_value, and what to add to total_count and total_sum; then the series' id"""
BlockRow = tuple[int, int, int, int, bytes]
"""series_id, resolution_ms, start_ms, count, data"""

# Any number, as long as all writers of the store take the same.
_WRITERS_LOCK = 7_306_931
_INSERT_POINTS = "INSERT INTO monitoring_point (series_id, time_ms, value, histogram)"
_OR_REPLACE = (
    " ON CONFLICT (series_id, time_ms)"
    " DO UPDATE SET value = excluded.value, histogram = excluded.histogram"
)


def lock_writers(cursor: CursorWrapper) -> None:
    """Until the transaction ends, no other one records or compacts.

    On SQLite the transaction has begun immediately (opsportal/database.py), which is that lock.
    """
    if connection.vendor == "postgresql":
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS_LOCK])


def commit_without_disk(cursor: CursorWrapper) -> None:
    """For what is found again when it is lost: this transaction ends before it is on PostgreSQL's
    disk, and a crash of the server within the next second may undo it, but none that waited. On
    SQLite none waits (opsportal/database.py)."""
    if connection.vendor == "postgresql":
        cursor.execute("SET LOCAL synchronous_commit = off")


def waiting_writers_poll() -> bool:
    """True where a writer that waits asks again from time to time, and so may never have luck."""
    return connection.vendor == "sqlite"


def any_of(column: str, values: Collection[int] | Collection[str]) -> tuple[str, Any]:
    """A condition and its one parameter, whatever the number of values."""
    if connection.vendor == "postgresql" and not (values and all(type(v) is int for v in values)):
        return f"{column} = ANY(%s)", list(values)
    listed, parameter = as_list(values)
    return among(column, listed), parameter


def as_list(values: Collection[int] | Collection[str]) -> tuple[str, Any]:
    """Values, on PostgreSQL whole numbers and at least one, as a single one: how it stands in a
    statement, and its parameter."""
    if connection.vendor == "postgresql":
        return "%s::bigint[]", _array_literal(list(values))
    return "%s", json.dumps(list(values))


def among(column: str, listed: str) -> str:
    """A condition: it is one of those in `listed`, which is of `as_list` or a column of such."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY({listed})"
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608


def among_rows(column: str, query: str) -> str:
    """A condition: it is one of those that `query` finds, which is asked first. PostgreSQL would
    join the two as it sees fit."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(ARRAY({query}))"
    return f"{column} IN ({query})"


def insert_points(cursor: CursorWrapper, rows: Sequence[PointRow], *, replacing: bool) -> None:
    """No series and time twice in `rows`. Looking for rows to replace costs a third more."""
    conflict = _OR_REPLACE if replacing else ""
    if connection.vendor == "postgresql":
        arrays = " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bytea[])"
        cursor.execute(_INSERT_POINTS + arrays + conflict, array_literals(rows))
    else:
        cursor.executemany(_INSERT_POINTS + " VALUES (%s, %s, %s, %s)" + conflict, rows)


def update_latest(cursor: CursorWrapper, rows: Sequence[LatestRow]) -> None:
    """Each array has a SELECT of its own: PostgreSQL's planner does not know its length then, and
    supposes few rows. It would read all series to update a thousand of them, which takes four times
    as long as by their index."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "UPDATE monitoring_series AS series"
            " SET last_time_ms = new.time, last_value = new.value,"
            " total_count = total_count + new.count, total_sum = total_sum + new.sum"
            " FROM unnest((SELECT %s::bigint[]), (SELECT %s::float8[]), (SELECT %s::bigint[]),"
            " (SELECT %s::float8[]), (SELECT %s::bigint[]))"
            " AS new (time, value, count, sum, id) WHERE series.id = new.id",
            array_literals(rows),
        )
    else:
        cursor.executemany(
            "UPDATE monitoring_series SET last_time_ms = %s, last_value = %s,"
            " total_count = total_count + %s, total_sum = total_sum + %s WHERE id = %s",
            rows,
        )


def insert_values(cursor: CursorWrapper, rows: Sequence[ValueRow]) -> None:
    """No series and time twice in `rows`, nor already there."""
    if connection.vendor == "postgresql":
        arrays = " SELECT *, NULL FROM unnest(%s::bigint[], %s::bigint[], %s::float8[])"
        cursor.execute(_INSERT_POINTS + arrays, array_literals(rows))
    else:
        cursor.executemany(_INSERT_POINTS + " VALUES (%s, %s, %s, NULL)", rows)


def update_newer(cursor: CursorWrapper, rows: Sequence[ValueRow]) -> int:
    """Makes those points the last ones of their series that are newer and not of a sealed time, and
    says how many that were. No series twice in `rows`. The arrays are as in `update_latest`."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "UPDATE monitoring_series AS series"
            " SET last_time_ms = new.time, last_value = new.value"
            " FROM unnest((SELECT %s::bigint[]), (SELECT %s::bigint[]), (SELECT %s::float8[]))"
            " AS new (id, time, value)"
            " WHERE series.id = new.id AND last_time_ms < new.time AND sealed_until_ms <= new.time",
            array_literals(rows),
        )
    else:
        # By their numbers, so that a row's place in `rows` is good as it is.
        cursor.executemany(
            "UPDATE monitoring_series SET last_time_ms = ?2, last_value = ?3"
            " WHERE id = ?1 AND max(last_time_ms + 1, sealed_until_ms) <= ?2",
            rows,
        )
    return int(cursor.rowcount)


def upsert_blocks(cursor: CursorWrapper, rows: Sequence[BlockRow]) -> None:
    cursor.executemany(
        "INSERT INTO monitoring_block (series_id, resolution_ms, start_ms, count, data)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (series_id, resolution_ms, start_ms)"
        " DO UPDATE SET count = excluded.count, data = excluded.data",
        rows,
    )


def array_literals(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """The columns as PostgreSQL's array literals: far cheaper than the driver's adapting of lists.
    Of numbers, texts and bytes; None is NULL."""
    return [_array_literal(column) for column in zip(*rows, strict=True)]


def _array_literal(column: Sequence[Any]) -> str:
    if None not in column:
        if isinstance(column[0], (int, float)):
            return f"{{{str(column)[1:-1].rstrip(',')}}}"
        if isinstance(column[0], str):
            return _text_array_literal(column)
    return f"{{{','.join(map(_element, column))}}}"


def _text_array_literal(texts: Sequence[str]) -> str:
    """All are escaped at once: between them stands what PostgreSQL takes in none of them."""
    joined = "\0".join(texts)
    if joined.count("\0") >= len(texts):
        raise ValueError("a text holds a null byte, which PostgreSQL does not take")
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return f'{{"{escaped}"}}'


def _element(value: float | str | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
