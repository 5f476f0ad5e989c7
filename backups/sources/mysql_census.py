"""What is in a MySQL database, and how to look at it at the moment that the dump looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pymysql

from backups.census import Census
from backups.sources.mysql_parts import Connection, Parts, connected

# Who waits for a lock stops those who come after: never for long.
MOST_LOCK_SECONDS = 5
# Not allowed (of the database, of the table, of the server), or not to be had in time.
_NO_LOCK = {1044, 1142, 1227, 1205}
# Somebody has dropped or altered it since.
_CHANGED = {1054, 1146, 1412}
_TABLES = """
SELECT t.TABLE_NAME, e.TRANSACTIONS = 'YES' FROM information_schema.TABLES t
LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
WHERE t.TABLE_SCHEMA = %s AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1
"""
_COLUMNS = """
SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = %s ORDER BY ORDINAL_POSITION
"""


@dataclass(frozen=True, slots=True)
class Table:
    """MyISAM's, for one, no snapshot holds still. The columns are those of when it began."""

    name: str
    is_held: bool
    columns: list[str]


def quoted(*names: str) -> str:
    return ".".join("`" + name.replace("`", "``") + "`" for name in names)


def rows_of(connection: Connection, query: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        # Without values a percent sign in a name is only that.
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def tables_of(connection: Connection, name: str) -> list[Table]:
    columns: dict[str, list[str]] = defaultdict(list)
    for table, column in rows_of(connection, _COLUMNS, name):
        columns[table].append(column)
    found = rows_of(connection, _TABLES, name)
    return [Table(table, bool(is_held), columns[table]) for table, is_held in found]


@contextmanager
def standstill(parts: Parts, timeout_seconds: int) -> Iterator[bool]:
    """While it lasts nobody writes to the database, so that two who begin a snapshot see the same.
    False where that is not to be had."""
    with closing(connected(parts)) as connection:
        seconds = max(1, min(timeout_seconds, MOST_LOCK_SECONDS))
        rows_of(connection, f"SET SESSION lock_wait_timeout = {seconds}")
        yield _is_locked(connection, tables_of(connection, parts.name))


def _is_locked(connection: Connection, tables: list[Table]) -> bool:
    """The tables rather than the whole server: that asks for less, and stops nobody else."""
    each = ", ".join(f"{quoted(table.name)} READ" for table in tables)
    ways = [f"LOCK TABLES {each}", "FLUSH TABLES WITH READ LOCK"] if tables else []
    for way in ways:
        try:
            rows_of(connection, way)
        except pymysql.MySQLError as error:
            if error.args[0] not in _NO_LOCK:
                raise
            if error.args[0] == 1205:
                return False
        else:
            return True
    return not tables


def begin(connection: Connection) -> None:
    rows_of(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    # It waits, without a word, for as long as the dump takes.
    rows_of(connection, "SET SESSION wait_timeout = 86400")
    # So that the same moment is the same text in both databases.
    rows_of(connection, "SET SESSION time_zone = '+00:00'")
    rows_of(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT")


def census_of(connection: Connection, tables: Iterable[Table], checksums: bool) -> Census:
    """After `begin`. What has changed its shape since is left out."""
    rows: dict[str, int] = {}
    sums: dict[str, str] = {}
    for table in tables:
        with _unless_changed():
            rows[table.name] = _counted(connection, table)
            if checksums:
                sums[table.name] = _checksum(connection, table)
    return Census(rows, sums)


@contextmanager
def _unless_changed() -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        if error.args[0] not in _CHANGED:
            raise


def agreeing(early: Census, late: Census, doubtful: Iterable[str]) -> Census:
    """Without those doubtful ones that were written to meanwhile: nobody knows what the dump has
    of them."""
    names = set(doubtful)
    return Census(
        _same(early.rows, late.rows, names), _same(early.checksums, late.checksums, names)
    )


def _same(early: Mapping[str, Any], late: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {
        name: value for name, value in early.items() if name not in names or late.get(name) == value
    }


def _counted(connection: Connection, table: Table) -> int:
    query = f"SELECT count(*) FROM {quoted(table.name)}"  # noqa: S608
    return int(rows_of(connection, query)[0][0])


def _checksum(connection: Connection, table: Table) -> str:
    """Of all rows as bytes, whatever their order; an empty text is not NULL."""
    values = ", ".join(
        f"ISNULL({each}), IFNULL(CAST({each} AS BINARY), '')" for each in map(quoted, table.columns)
    )
    query = f"SELECT SUM(CRC32(CONCAT_WS('#', {values}))) FROM {quoted(table.name)}"  # noqa: S608
    return str(rows_of(connection, query)[0][0] or 0)
