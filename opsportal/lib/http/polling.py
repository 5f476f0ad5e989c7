"""Waits until sockets are ready: epoll, or where there is none, poll."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any

READ, WRITE = select.POLLIN, select.POLLOUT


class Poller:
    """`selectors` does the same, and takes three times as long for thousands of sockets that are
    watched for a millisecond each."""

    def __init__(self) -> None:
        epoll: Callable[[], Any] | None = getattr(select, "epoll", None)
        self._poll: Any = epoll() if epoll else select.poll()
        # One takes seconds, the other milliseconds.
        self._unit = 1 if epoll else 1000
        self.register: Callable[[int, int], None] = self._poll.register
        self.modify: Callable[[int, int], None] = self._poll.modify
        self.unregister: Callable[[int], None] = self._poll.unregister

    def wait(self, seconds: float) -> list[tuple[int, int]]:
        """Descriptors and what they are ready for."""
        found: list[tuple[int, int]] = self._poll.poll(seconds * self._unit)
        return found

    def close(self) -> None:
        if hasattr(self._poll, "close"):
            self._poll.close()
