"""Tells systemd how the portal is: its notification protocol, a datagram to the socket it names.

Source: sd_notify(3). Without systemd there is no socket, and nothing is told.
"""

from __future__ import annotations

import contextlib
import os
import socket


class Notifier:
    """Keeps the socket to itself: a child that inherits it might speak for the portal."""

    def __init__(self) -> None:
        self._address = os.environ.pop("NOTIFY_SOCKET", "")
        os.environ.pop("WATCHDOG_USEC", None)

    def tell(self, state: str) -> None:
        """`READY=1`, `WATCHDOG=1`, `RELOADING=1`, `STOPPING=1`, `STATUS=…`; lines of them."""
        if not self._address:
            return
        # An @ stands for the zero byte that abstract sockets begin with.
        address = self._address.replace("@", "\0", 1)
        # systemd being gone is no reason to stop watching over the portal.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(state.encode(), address)
