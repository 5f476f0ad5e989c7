"""A connection's first packets."""

from __future__ import annotations

import socket

import pycurl

# Linux's; elsewhere each packet is acknowledged by one of its own.
_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


def acknowledge_with_request(descriptor: int, _purpose: int) -> int:
    """For libcurl, before it connects. The end of the handshake goes out with the request, a moment
    later, instead of on its own: one packet less, and the server is woken once and not twice. That
    is an eighth of what a probe costs here. When nothing is sent after all, the kernel acknowledges
    by itself within 200 ms."""
    if _QUICKACK is not None:
        # The descriptor is libcurl's; of which family it is does not matter here.
        borrowed = socket.SocketType(socket.AF_INET, socket.SOCK_STREAM, 0, descriptor)
        try:  # noqa: SIM105 - `suppress` takes longer than all of this
            borrowed.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 0)
        except OSError:
            pass
        borrowed.detach()
    return pycurl.SOCKOPT_OK
