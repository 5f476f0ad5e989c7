"""A web server that is about to be replaced asks its clients to leave, and keeps serving meanwhile.

A server that closes a connection cannot know whether a request is under way on it already: that
request would fail. So for some seconds before it stops, it takes no new connection, and each answer
says `Connection: close`: clients come back on a new one, which its successor takes.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from opsportal.supervisor.program import LEAVES_VARIABLE, LISTEN_VARIABLE, STARTED_VARIABLE

ALIVE_SECONDS = 0.5
# Set from then on: whoever holds an answer open ends it.
leaving = threading.Event()

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Draining:
    """The application as it is until `begin`; from then on with that header."""

    def __init__(self, application: Application) -> None:
        self._application, self._is_leaving = application, False

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not self._is_leaving:
            return self._application(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("Connection", "close")], *more)

        return self._application(environ, start)

    def begin(self, *_: object) -> None:
        self._is_leaving = True
        leaving.set()
        stop_accepting(int(os.environ[LISTEN_VARIABLE]))


def stop_accepting(descriptor: int) -> None:
    """In this process alone, whose server has no way to be told so: every descriptor of the
    listening socket becomes one of a socket to which nobody connects. Linux only; elsewhere a
    connection may be taken in the very moment in which the server stops."""
    directory = Path("/proc/self/fd")
    try:
        listening = os.fstat(descriptor)
    except OSError:
        # Told to leave and to stop at once, the server may have closed it before Python hears.
        return
    if not directory.is_dir():
        return
    silent = socket.create_server(("127.0.0.1", 0), backlog=1)
    silent.setblocking(False)
    for each in [int(path.name) for path in directory.iterdir()]:
        with suppress(OSError):
            if os.path.samestat(os.fstat(each), listening):
                os.dup2(silent.fileno(), each)
    silent.detach()


def ready_to_be_replaced(application: Application) -> Application:
    """Listens to a supervisor that hands the socket on, and tells it that answers will come."""
    if threading.current_thread() is not threading.main_thread():
        return application
    if LISTEN_VARIABLE not in os.environ:
        if LEAVES_VARIABLE in os.environ and hasattr(signal, "SIGUSR1"):  # not on Windows
            signal.signal(signal.SIGUSR1, lambda *_: leaving.set())
        return application
    draining = Draining(application)
    signal.signal(signal.SIGUSR1, draining.begin)
    started = os.environ.get(STARTED_VARIABLE)
    if started:
        # Whoever dies at once, when all is loaded, does not say that it can answer.
        timer = threading.Timer(ALIVE_SECONDS, Path(started).touch)
        timer.daemon = True
        timer.start()
    return draining
