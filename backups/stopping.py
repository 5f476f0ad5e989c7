"""Ends what waits for others: a program that gives no bytes, a query behind somebody's lock.

Whoever reads them cannot look up from that, so another thread does it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

logger = logging.getLogger(__name__)

# pg_dump reads the whole catalogue before its first byte: minutes, where there are 100 000 tables.
# A connection that is dead is found sooner, by its keepalives.
STALL_SECONDS = 15 * 60

End = Callable[[int], object]
"""Given how often it was called before: the first time it may be polite. It blocks for seconds."""


class Stopper:
    """Of one run. What it has ended fails; `reason` says why then, in words for people."""

    def __init__(self, stall_seconds: float = STALL_SECONDS) -> None:
        self.reason = ""
        self._stall_seconds = stall_seconds
        self._lock = Lock()
        self._ends: dict[int, tuple[End, int]] = {}
        self._silent_since: float | None = None

    @contextmanager
    def ends(self, end: End) -> Iterator[None]:
        """While something is waited for that `end` ends."""
        key = self.add(end)
        try:
            yield
        finally:
            self.remove(key)

    def add(self, end: End) -> int:
        with self._lock:
            self._ends[id(end)] = (end, 0)
        return id(end)

    def remove(self, key: int) -> None:
        with self._lock:
            self._ends.pop(key, None)

    @contextmanager
    def silence(self) -> Iterator[None]:
        """While the source's next bytes are waited for, and for nothing else."""
        self._silent_since = time.monotonic()
        try:
            yield
        finally:
            self._silent_since = None

    def look(self, now: float, is_cancelled: bool) -> None:
        """Again and again, of time.monotonic(): a query does not feel what comes before it."""
        since = self._silent_since
        if is_cancelled:
            self.reason = self.reason or "cancelled"
        elif since is not None and now - since > self._stall_seconds:
            minutes = (now - since) / 60
            self.reason = self.reason or f"the source has given nothing for {minutes:.0f} min"
        if self.reason:
            self._end()

    def _end(self) -> None:
        with self._lock:
            for key, (end, count) in list(self._ends.items()):
                self._ends[key] = (end, count + 1)
                try:
                    end(count)
                except Exception:
                    logger.exception("cannot end what a backup waits for")
