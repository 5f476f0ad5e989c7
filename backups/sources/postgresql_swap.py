"""The last step of a restore: databases take each other's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Thread

import psycopg
from psycopg import sql

EVERY_SECONDS = 0.1


def swapped(
    server: psycopg.Connection, other: psycopg.Connection, names: Mapping[str, str]
) -> None:
    """All or none of them, so that at no moment there is no database of that name. `other` is a
    connection of its own, beside the one that waits."""
    with _sending_away(other, list(names)), server.transaction():
        for name, new_name in names.items():
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            server.execute(rename.format(sql.Identifier(name), sql.Identifier(new_name)))


@contextmanager
def _sending_away(server: psycopg.Connection, names: list[str]) -> Iterator[None]:
    """A database in use cannot be renamed, and an application is back at once. While the server
    waits for those who are connected, for 5 s, it lets nobody else in: so they are sent away until
    it has what it wants."""
    over = Event()
    thread = Thread(target=_send_away, args=(server, names, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _send_away(server: psycopg.Connection, names: list[str], over: Event) -> None:
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)"
    with suppress(psycopg.Error):  # whoever may not: the renaming says who is in the way
        server.execute(query, [names])
        while not over.wait(EVERY_SECONDS):
            server.execute(query, [names])
