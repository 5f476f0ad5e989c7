"""One packet less from the portal, and the server is woken once: it has the request when it hears
of the connection."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable

import pytest

from opsportal.lib.http import Request, fetch

# Of Linux's `struct tcp_info`: tcpi_segs_in.
_SEGMENTS_IN_AT = 140
_ANSWER = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for its TCP_INFO")


def segments_of(ask: Callable[[int], object]) -> int:
    """How many the server has got by the time that it has read the request."""
    counted: list[int] = []

    def serve() -> None:
        connection, _address = listening.accept()
        with connection:
            connection.recv(4096)
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            counted.extend(struct.unpack_from("I", told, _SEGMENTS_IN_AT))
            connection.sendall(_ANSWER)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=serve)
        server.start()
        ask(listening.getsockname()[1])
        server.join(10)
    return counted[0]


def ask_plainly(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.recv(4096)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_request_brings_the_end_of_the_handshake(host: str) -> None:
    ours = segments_of(lambda port: fetch(Request(url=f"http://{host}:{port}/", ip_version="4")))
    assert ours == segments_of(ask_plainly) - 1
