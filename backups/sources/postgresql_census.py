"""A snapshot that pg_dump shares, and what is in it."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from backups.census import Census
from backups.errors import SourceError

Table = tuple[str, str]
"""schema and name"""

# Ordinary tables of people: not of the system, not of an extension, not temporary.
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
  AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""
# Whoever holds a snapshot is idle for as long as the dump takes. Not every version has all of them.
_NO_TIMEOUTS = """
SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN
  ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
"""
# Somebody may drop a table between our reading its name and our locking it.
TRIES = 3
# So that the same row is the same text in both databases.
_AS_TEXT = (
    "SET LOCAL DateStyle = ISO",
    "SET LOCAL IntervalStyle = iso_8601",
    "SET LOCAL TimeZone = UTC",
    "SET LOCAL extra_float_digits = 3",
    "SET LOCAL bytea_output = hex",
    "SET LOCAL search_path = pg_catalog",
    "SET LOCAL row_security = off",
)


class Snapshot:
    """A read-only transaction whose view others can take over by its `name`. It holds the weakest
    lock there is on every table, as pg_dump does: none of them goes or changes its columns."""

    def __init__(self, connection: psycopg.Connection, lock_timeout_seconds: int) -> None:
        self._connection, self._timeout_ms = connection, lock_timeout_seconds * 1000
        self.name = ""
        self.tables: list[Table] = []

    def __enter__(self) -> Self:
        for _ in range(TRIES - 1):
            try:
                return self._begun()
            except psycopg.errors.UndefinedTable:
                self._connection.execute("ROLLBACK")
        return self._begun()

    def _begun(self) -> Self:
        execute = self._connection.execute
        execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        execute(_NO_TIMEOUTS)
        # A word that the server knows, so no parameter: SET takes none.
        execute(f"SET LOCAL lock_timeout = {self._timeout_ms}".encode())
        for each in _AS_TEXT:
            execute(each.encode())
        self.tables = self._locked()
        row = execute("SELECT pg_export_snapshot()").fetchone()
        self.name = str(row[0]) if row else ""
        return self

    def _locked(self) -> list[Table]:
        tables = [(str(schema), str(name)) for schema, name in self._connection.execute(_TABLES)]
        if tables:
            names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
            try:
                self._connection.execute(
                    sql.SQL("LOCK TABLE ONLY {} IN ACCESS SHARE MODE").format(names)
                )
            except psycopg.errors.LockNotAvailable:
                raise SourceError(
                    f"a table is locked by somebody for longer than {self._timeout_ms // 1000} s; "
                    "the backup has given up waiting"
                ) from None
        return tables

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A connection that is lost has nothing to roll back, and why it is lost is told already.
        with suppress(psycopg.OperationalError):
            self.release()

    def release(self) -> None:
        """The view and the locks. Again is no harm."""
        self._connection.rollback()


def census_of(connection: psycopg.Connection, tables: list[Table], checksums: bool) -> Census:
    """Within a Snapshot's transaction."""
    rows = {".".join(table): _counted(connection, table) for table in tables}
    if not checksums:
        return Census(rows)
    return Census(rows, {".".join(table): _checksum(connection, table) for table in tables})


def _counted(connection: psycopg.Connection, table: Table) -> int:
    query = sql.SQL("SELECT count(*) FROM ONLY {}").format(sql.Identifier(*table))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _checksum(connection: psycopg.Connection, table: Table) -> str:
    """Of all rows as text, whatever their order."""
    query = sql.SQL(
        "SELECT coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM ONLY {} t"
    ).format(sql.Identifier(*table))
    row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""
