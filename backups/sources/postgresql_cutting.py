"""Ends what a connection is waiting for, from another thread."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress

import psycopg

CANCEL_SECONDS = 1.5


def cutting(connection: psycopg.Connection) -> Callable[[int], None]:
    """First by the server, which frees its locks at once; then whatever it says to that."""

    def cut(count: int) -> None:
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=CANCEL_SECONDS)
        if count:
            _hung_up(connection)

    return cut


def _hung_up(connection: psycopg.Connection) -> None:
    """Who waits for its answer sees the end. Closing it here would take it from who uses it."""
    with (
        suppress(psycopg.Error, OSError),
        socket.socket(fileno=os.dup(connection.fileno())) as other,
    ):
        other.shutdown(socket.SHUT_RDWR)
