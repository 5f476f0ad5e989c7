"""PostgreSQL, by pg_dump's custom format. The artifact is what pg_restore reads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress

import psycopg
from psycopg import sql

from backups.census import Census
from backups.errors import SourceError
from backups.sources.base import Dump, Readable, Source, Surroundings, Target
from backups.sources.postgresql_census import Snapshot, census_of
from backups.sources.postgresql_cutting import cutting
from backups.sources.postgresql_locks import GiveWay
from backups.sources.postgresql_swap import swapped
from backups.sources.postgresql_tools import (
    CONNECT_TIMEOUT_SECONDS,
    connection_words,
    environment_of,
    kept_alive,
    parts_of,
    tool_for,
)
from backups.sources.tools import Tool
from opsportal.lib.kinds import kind, setting

APPLICATION = "opsportal backup"
GLOBALS = "globals.sql"
# 1 GB of tables is about as much text; indexes are not dumped.
_SIZE = """
SELECT coalesce(sum(pg_table_size(c.oid)), 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""
# Anything that somebody has made: a view or a function is something, too.
_CONTENTS = """
SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (
  SELECT FROM pg_depend d
  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
LIMIT 1
"""
_OWNERS = ("--no-owner", "--no-privileges")
# A proof must not publish anything, nor receive.
_PROOF = (*_OWNERS, "--no-publications", "--no-subscriptions")


@kind
class Postgresql(Source):
    name = "postgresql"
    label = "PostgreSQL"
    suffix = "dump"
    by_hand = (
        "createdb -T template0 NAME"
        " && age -d -i KEY FILE | zstd -d | pg_restore --exit-on-error -d NAME"
    )
    beside_by_hand = (
        "Roles that own tables have to be there before. Where the plan keeps them:",
        "  age -d -i KEY FILE.globals.sql.zst.age | zstd -d | psql -d postgres",
        "Without them give pg_restore --no-owner --no-acl too.",
    )

    url: str = setting("URL", "postgresql://USER:PASSWORD@HOST:5432/NAME", secret=True)

    globals: bool = setting(
        "Roles too", "Of the whole server, by pg_dumpall; it takes a superuser", default=False
    )

    @property
    def restored_name(self) -> str:
        return parts_of(self.url)["dbname"]

    def validate(self) -> dict[str, str]:
        try:
            parts = parts_of(self.url)
        except ValueError as error:
            return {"url": str(error)}
        return {} if parts.get("dbname") else {"url": "must name the database: …/NAME"}

    @property
    def place(self) -> str:
        parts = parts_of(self.url)
        return f"{parts['dbname']} on {parts.get('host') or parts.get('hostaddr') or 'this host'}"

    @contextmanager
    def dump(self, around: Surroundings) -> Iterator[Dump]:
        application = f"{APPLICATION} {uuid.uuid4().hex[:8]}"
        with (
            _explained(),
            closing(_connected(self.url, application)) as connection,
            around.stopper.ends(cutting(connection)),
            Snapshot(connection, around.lock_timeout_seconds) as snapshot,
        ):
            tool = Tool(
                self._command(connection, snapshot, around),
                environment_of(self.url, application),
                around,
                secrets=[parts_of(self.url).get("password", "")],
            )
            watching = _connected(self.url, f"{APPLICATION} watch")
            watch = GiveWay(watching, application, tool, connection, around)
            try:
                yield PostgresqlDump(connection, snapshot, tool, watch)
            finally:
                watch.stop()
                tool.stop()

    def _command(
        self, connection: psycopg.Connection, snapshot: Snapshot, around: Surroundings
    ) -> list[str]:
        return [
            tool_for("pg_dump", connection.info.server_version),
            *("--format=custom", "--compress=0", "--no-password"),
            f"--snapshot={snapshot.name}",
            f"--lock-wait-timeout={around.lock_timeout_seconds * 1000}",
            f"--dbname={connection_words(self.url)}",
        ]

    def companions(self, around: Surroundings) -> dict[str, bytes]:
        """Roles and tablespaces are the server's: no dump of a database has them."""
        if not self.globals:
            return {}
        with _explained(), closing(_connected(self.url, APPLICATION)) as connection:
            name = tool_for("pg_dumpall", connection.info.server_version)
        tool = Tool(
            [name, "--globals-only", "--no-password", f"--dbname={connection_words(self.url)}"],
            environment_of(self.url, APPLICATION),
            around,
            secrets=[parts_of(self.url).get("password", "")],
        )
        try:
            found = tool.read()
            tool.finish()
        finally:
            tool.stop()
        return {GLOBALS: found}

    @contextmanager
    def scratch(self, around: Surroundings) -> Iterator[Target]:
        name = f"opsportal_proof_{around.owner}"[:63]
        with _explained(), closing(_maintenance(self.url)) as server:
            _dropped(server, name)  # a proof that was killed has left it
            _created(server, name, like=parts_of(self.url)["dbname"])
            try:
                yield PostgresqlTarget(_with_name(self.url, name), around, _PROOF)
            finally:
                _dropped(server, name)

    @classmethod
    @contextmanager
    def restoring(cls, url: str, overwrite: bool, around: Surroundings) -> Iterator[Target]:
        cls(url=url)  # says what is wrong with it
        name = parts_of(url)["dbname"]
        beside, before = f"{name[:40]}_restoring", f"{name[:40]}_before_restore"
        with _explained(), closing(_maintenance(url)) as server:
            is_there = _exists(server, name)
            if is_there and not overwrite and not _is_empty(url):
                raise SourceError(f"{name} is not empty; --overwrite replaces it")
            _dropped(server, beside)
            _created(server, beside, like=name if is_there else "template0")
            try:
                options = () if around.keep_owners else _OWNERS
                yield PostgresqlTarget(_with_name(url, beside), around, options)
                if is_there:
                    _owned_as(server, beside, name)
                    _dropped(server, before)
                names = {name: before, beside: name} if is_there else {beside: name}
                with closing(_maintenance(url)) as other:
                    swapped(server, other, names)
            finally:
                _dropped(server, beside)
            _dropped(server, before)


class PostgresqlDump(Dump):
    def __init__(
        self, connection: psycopg.Connection, snapshot: Snapshot, tool: Tool, watch: GiveWay
    ) -> None:
        self._connection, self._snapshot = connection, snapshot
        self._tool, self._watch = tool, watch
        self.stream = tool
        row = connection.execute(_SIZE).fetchone()
        self.expected_bytes = int(row[0]) if row else None
        self.versions = {"postgresql": connection.info.parameter_status("server_version") or ""}

    def finish(self) -> None:
        """A dump that had ended well before it could give way is whole."""
        with self._saying_why():
            self._tool.finish()

    def census(self, checksums: bool) -> Census:
        """The last that needs the snapshot: nobody waits behind it for the copies' commit."""
        with self._saying_why(), _explained():
            found = census_of(self._connection, self._snapshot.tables, checksums)
            self._snapshot.release()
            return found

    @contextmanager
    def _saying_why(self) -> Iterator[None]:
        try:
            yield
        except SourceError as error:
            # It may have told the dump to end just now, and be about to say why.
            self._watch.stop()
            raise SourceError(self._watch.reason or str(error)) from None


class PostgresqlTarget(Target):
    def __init__(self, url: str, around: Surroundings, options: Sequence[str]) -> None:
        self._url, self._around, self._options = url, around, options

    def load(self, stream: Readable) -> None:
        with closing(_connected(self._url, APPLICATION)) as connection:
            tool = tool_for("pg_restore", connection.info.server_version)
        into = f"--dbname={connection_words(self._url, dbname=self._name)}"
        restore = Tool(
            [tool, "--exit-on-error", "--no-password", *self._options, into],
            environment_of(self._url, APPLICATION),
            self._around,
            reads=True,
            secrets=[parts_of(self._url).get("password", "")],
        )
        try:
            restore.feed(stream)
        finally:
            restore.stop()

    @property
    def _name(self) -> str:
        return parts_of(self._url)["dbname"]

    def census(self, checksums: bool) -> Census:
        with (
            _explained(),
            closing(_connected(self._url, APPLICATION)) as connection,
            self._around.stopper.ends(cutting(connection)),
            Snapshot(connection, self._around.lock_timeout_seconds) as snapshot,
        ):
            return census_of(connection, snapshot.tables, checksums)


def _connected(url: str, application: str) -> psycopg.Connection:
    return psycopg.connect(
        psycopg.conninfo.make_conninfo(url, **kept_alive(url)),
        application_name=application,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        autocommit=True,
    )


def _maintenance(url: str) -> psycopg.Connection:
    """To a database that is neither dumped nor replaced."""
    return _connected(_with_name(url, "postgres"), APPLICATION)


def _with_name(url: str, name: str) -> str:
    return psycopg.conninfo.make_conninfo(url, dbname=name)


def _exists(server: psycopg.Connection, name: str) -> bool:
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return server.execute(query, [name]).fetchone() is not None


def _is_empty(url: str) -> bool:
    with closing(_connected(url, APPLICATION)) as connection:
        return connection.execute(_CONTENTS.encode()).fetchone() is None


def _created(server: psycopg.Connection, name: str, like: str) -> None:
    """With the encoding and the locale of another; template0 takes any of them."""
    query = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
    row = server.execute(f"{query} WHERE datname = %s", [like]).fetchone()
    encoding, collate, ctype = row or ("UTF8", "C", "C")
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}")
    words = map(sql.Literal, (encoding, collate, ctype))
    server.execute(create.format(sql.Identifier(name), *words))


def _owned_as(server: psycopg.Connection, name: str, other: str) -> None:
    """Who owned the database that goes owns what takes its place, where we may decide that."""
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    row = server.execute(query, [other]).fetchone()
    alter = sql.SQL("ALTER DATABASE {} OWNER TO {}")
    with suppress(psycopg.errors.InsufficientPrivilege):
        server.execute(alter.format(sql.Identifier(name), sql.Identifier(row[0] if row else "")))


def _dropped(server: psycopg.Connection, name: str) -> None:
    with suppress(psycopg.errors.InvalidCatalogName):
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        server.execute(drop.format(sql.Identifier(name)))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise SourceError(f"PostgreSQL says: {words[:500]}") from None
