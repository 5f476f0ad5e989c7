"""Where a MySQL server is, and what becomes of its errors."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import pymysql

from backups.errors import SourceError

Connection: TypeAlias = "pymysql.Connection[pymysql.cursors.Cursor]"
CONNECT_TIMEOUT_SECONDS = 10
MOST_WORDS = 500
WRITTEN = "mysql://USER:PASSWORD@HOST:3306/NAME"
_SCHEMES = ("mysql", "mariadb")
_QUERY = {"unix_socket", "ssl_ca"}
_WORDS = {
    1044: "this user may not use the database {name}",
    1045: "the user or the password is wrong",
    1049: "there is no database {name}",
    2002: "the server cannot be reached at {host}",
    2003: "the server cannot be reached at {host}",
}


@dataclass(frozen=True, slots=True)
class Parts:
    name: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int
    unix_socket: str = ""
    ssl_ca: str = ""

    @property
    def where(self) -> str:
        return self.unix_socket or f"{self.host}:{self.port}"


def parts_of(url: str) -> Parts:
    """Raises ValueError."""
    try:
        split = urlsplit(url)
        port = split.port or 3306
    except ValueError:
        raise ValueError(f"must be written as {WRITTEN}") from None
    query = {name: values[-1] for name, values in parse_qs(split.query).items()}
    if split.scheme not in _SCHEMES or set(query) - _QUERY:
        raise ValueError(f"must be written as {WRITTEN}, perhaps with ?unix_socket=/PATH")
    name = unquote(split.path[1:])
    if not name:
        raise ValueError("must name the database: …/NAME")
    user, password = unquote(split.username or ""), unquote(split.password or "")
    return Parts(name, user, password, split.hostname or "localhost", port, **query)


def connected(parts: Parts, name: str | None = None) -> Connection:
    """`name` of another database, or "" of none."""
    return pymysql.connect(
        host=parts.host,
        port=parts.port,
        unix_socket=parts.unix_socket or None,
        ssl={"ca": parts.ssl_ca} if parts.ssl_ca else None,
        user=parts.user,
        # PyMySQL would take it for Latin-1, and the server has it in UTF-8.
        password=parts.password.encode(),
        database=parts.name if name is None else name or None,
        charset="utf8mb4",
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        autocommit=True,
    )


def cutting(connection: Connection, parts: Parts) -> Callable[[int], None]:
    """Ends what it waits for, from another thread: first by the server, which frees its locks."""

    untyped: Any = connection

    def cut(count: int) -> None:
        with suppress(pymysql.MySQLError), closing(connected(parts, "")) as other:
            other.cursor().execute(f"KILL {int(untyped.thread_id())}")
        # For a server that does not answer. PyMySQL has no way to end a wait.
        open_socket = getattr(connection, "_sock", None)
        if count and open_socket is not None:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    return cut


@contextmanager
def explained(parts: Parts) -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        code = error.args[0] if error.args else 0
        known = _WORDS.get(code, "")
        said = known.format(name=parts.name, host=parts.where) or " ".join(
            str(each) for each in error.args
        )
        if parts.password:
            said = said.replace(parts.password, "***")
        raise SourceError(f"MySQL says: {said[:MOST_WORDS]}") from None
