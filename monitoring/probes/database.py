"""Databases: connect, run a query that cannot write, compare its first value."""

from __future__ import annotations

import socket
import sqlite3
import ssl
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
import pymysql

from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.validation import complaints
from opsportal.lib.connections import Deadline, connect, cut_off, resolve
from opsportal.lib.kinds import kind, setting

_MYSQL_DENIED = frozenset({1044, 1045, 1698})


class CredentialsRejectedError(Exception):
    """By the database."""


@kind
class Database(Probe):
    name = "database"
    label = "Database"

    url: str = setting(
        "URL",
        "postgresql://USER@HOST:5432/NAME, mysql://USER@HOST:3306/NAME or sqlite:////PATH",
    )
    password: str = setting("Password", default="", secret=True)
    query: str = setting("Query", "It cannot write", default="SELECT 1", multiline=True)
    expect: str = setting("Expected value", "Of its first column; empty: any", default="")

    def validate(self) -> Mapping[str, str]:
        return dict(complaints({"url": lambda: _check_url(self.url)}))

    def probe(self, timeout_seconds: float) -> Result:
        deadline = Deadline(timeout_seconds)
        ask = _SCHEMES[urlsplit(self.url).scheme]
        try:
            value = ask(self, deadline)
        except CredentialsRejectedError as error:
            message = f"credentials rejected: {error}"
            return Result(Status.DEGRADED, Reason.CREDENTIALS, message[:300])
        except (psycopg.Error, pymysql.Error, sqlite3.Error) as error:
            return Result(Status.DOWN, Reason.PROTOCOL, _words(error), deadline.elapsed_ms)
        return self._judged(value, deadline.elapsed_ms)

    def _judged(self, value: object, elapsed_ms: float) -> Result:
        evidence = {"value": str(value)[:500]}
        if self.expect and str(value) != self.expect:
            message = f"the query returns {str(value)[:80]!r}, expected {self.expect[:80]!r}"
            return Result(Status.DOWN, Reason.MISMATCH, message, elapsed_ms, evidence=evidence)
        return Result(Status.UP, Reason.OK, "answers", elapsed_ms, evidence=evidence)


def _ask_postgresql(check: Database, deadline: Deadline) -> object:
    parts = urlsplit(check.url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    if parts.hostname:
        addresses = resolve(parts.hostname, parts.port or 5432, deadline)
        # libpq tries one after the other, and compares certificates with the name.
        names = ",".join([parts.hostname] * len(addresses))
        options |= {"host": names, "hostaddr": ",".join(addresses)}
    remaining = deadline.remaining_seconds()
    # The server ends the query a little earlier: cut off, it would go on with it.
    patience_ms = max(1, int(remaining * 900))
    server = f"-c statement_timeout={patience_ms} -c default_transaction_read_only=on"
    try:
        connection = psycopg.connect(
            dbname=unquote(parts.path.strip("/")) or "postgres",
            user=unquote(parts.username or ""),
            password=check.password or None,
            port=parts.port or 5432,
            options=server,
            # libpq counts in whole seconds, two at least; what remains is checked afterwards.
            connect_timeout=max(2, int(remaining)),
            **options,
        )
    except psycopg.OperationalError as error:
        if error.sqlstate in ("28P01", "28000") or "password" in str(error):
            raise CredentialsRejectedError(_words(error)) from None
        raise
    with cut_off(connection.fileno(), deadline), connection:
        # In a block and as a prepared statement: it is one statement, which cannot end the block.
        row = connection.execute(check.query.encode(), prepare=True).fetchone()
    return row[0] if row else None


def _ask_mysql(check: Database, deadline: Deadline) -> object:
    parts = urlsplit(check.url)
    host, port = parts.hostname or "", parts.port or 3306
    wire, _ = connect(host, port, deadline)
    tls = dict(parse_qsl(parts.query)).get("ssl") == "true"
    connection = pymysql.connect(
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        # As text pymysql would take it for Latin-1.
        password=check.password.encode(),
        database=unquote(parts.path.strip("/")) or None,
        ssl=ssl.create_default_context() if tls else None,
        defer_connect=True,
    )
    with closing(wire), cut_off(wire.fileno(), deadline):
        return _asked(connection, wire, check.query)


def _asked(connection: pymysql.Connection[Any], wire: socket.socket, query: str) -> object:
    try:
        # The name is for the certificate; the connection is to an address that was checked.
        connection.connect(wire)
    except pymysql.OperationalError as error:
        if error.args and error.args[0] in _MYSQL_DENIED:
            raise CredentialsRejectedError(_words(error)) from None
        raise
    with closing(connection), connection.cursor() as cursor:
        # Not only of a transaction, which CREATE and DROP would end.
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else None


def _ask_sqlite(check: Database, deadline: Deadline) -> object:
    """Never creates the file."""
    uri = Path(unquote(urlsplit(check.url).path)).absolute().as_uri() + "?mode=ro"
    remaining = deadline.remaining_seconds()
    with closing(sqlite3.connect(uri, uri=True, timeout=remaining / 2)) as connection:
        connection.set_progress_handler(lambda: deadline.elapsed_ms > remaining * 1000, 10_000)
        row = connection.execute(check.query).fetchone()
    return row[0] if row else None


_SCHEMES = {
    "postgresql": _ask_postgresql,
    "postgres": _ask_postgresql,
    "mysql": _ask_mysql,
    "mariadb": _ask_mysql,
    "sqlite": _ask_sqlite,
}


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(f'{each}://' for each in _SCHEMES)}")
    if parts.password:
        raise ValueError("must not hold a password: it has a setting of its own")
    if parts.scheme in ("mysql", "mariadb") and not parts.hostname:
        raise ValueError("must name a host")
    # Others could make the driver connect elsewhere than to the address that was checked.
    for name, value in parse_qsl(parts.query):
        if name not in ("sslmode", "ssl") and not (name == "host" and value.startswith("/")):
            raise ValueError(f"must not have the option {name}: sslmode, ssl and host=/PATH may")
    if parts.port == 0:
        raise ValueError("port 0 cannot be connected to")


def _words(error: Exception) -> str:
    """Without the client's prefix and line ends."""
    text = str(error.args[-1]) if error.args else type(error).__name__
    return " ".join(text.removeprefix("connection failed: ").split())[:300]
