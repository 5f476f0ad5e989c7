"""A server that is about to be replaced sends its clients to the next one."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import Any

from opsportal.draining import Draining, stop_accepting
from tests.running_portal import ROOT

# It holds the listening socket, leaves it, and tries to take a connection that waits in it.
LEAVES = """
import socket, sys
from opsportal.draining import stop_accepting
listener = socket.socket(fileno=int(sys.argv[1]))
listener.setblocking(False)
another = listener.dup()
stop_accepting(listener.fileno())
for each in (listener, another):
    try:
        each.accept()
        print("took it")
    except BlockingIOError:
        print("left it")
"""


def portal(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("X-Portal", "1")])
    return [b"answer"]


def headers_of(application: Draining) -> list[tuple[str, str]]:
    given: list[list[tuple[str, str]]] = []
    assert application({}, lambda _, headers: given.append(headers)) == [b"answer"]
    return given[0]


def test_answers_are_as_they_were_until_the_server_leaves(monkeypatch: Any) -> None:
    monkeypatch.setattr("opsportal.draining.stop_accepting", lambda _: None)
    monkeypatch.setenv("OPSPORTAL_LISTEN_DESCRIPTOR", "0")
    draining = Draining(portal)
    assert headers_of(draining) == [("X-Portal", "1")]
    draining.begin()
    assert headers_of(draining) == [("X-Portal", "1"), ("Connection", "close")]


def test_connections_that_wait_are_left_for_the_next_server() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        said = subprocess.run(
            [sys.executable, "-c", LEAVES, str(listener.fileno())],
            cwd=ROOT,
            pass_fds=[listener.fileno()],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        if sys.platform == "linux":
            assert said.split("\n")[:2] == ["left it", "left it"]
        listener.settimeout(10)
        listener.accept()[0].close()


def test_a_server_that_has_closed_its_socket_already_stops_without_an_error() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    descriptor = listener.fileno()
    listener.close()
    stop_accepting(descriptor)
