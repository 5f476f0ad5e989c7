"""One thread that begins jobs when they are due and moves all its HTTP transfers on at once.

A prober's process has one too: nothing that needs the database is imported here.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from opsportal.lib.http import Multi

LOOK_SECONDS = 0.25
# Then those that were begun have their turn: with all of a crowd in flight at once each would wait
# for the connections of all others.
_BEGUN_AT_ONCE = 32


class Due(Protocol):
    """`number` tells those apart that are due at the same moment."""

    @property
    def due_ms(self) -> int: ...
    @property
    def number(self) -> int: ...


J = TypeVar("J", bound=Due)


class Lane(Generic[J]):
    """`begin` gets each job, and where its transfer belongs, on the lane's thread; `look` is called
    there between transfers, and says within how many seconds it wants to be again."""

    def __init__(self, begin: Callable[[J, Multi], None], look: Callable[[], float]) -> None:
        self._begin = begin
        self._look = look
        self._inbox: SimpleQueue[J] = SimpleQueue()
        self._waiting: list[tuple[int, int, J]] = []
        self._multi = Multi()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, job: J) -> None:
        self._inbox.put(job)

    @property
    def is_idle(self) -> bool:
        """Nothing is asked, and nothing waits for its time."""
        return not self._multi and not self._waiting and self._inbox.empty()

    def wake(self) -> None:
        self._multi.wake()

    def stop(self) -> None:
        self._stopping.set()
        self.wake()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            while not self._inbox.empty():
                job = self._inbox.get()
                heapq.heappush(self._waiting, (job.due_ms, job.number, job))
            self._begin_due()
            look_again_seconds = self._look()
            self._multi.run(min(look_again_seconds, self._idle_seconds()))

    def _begin_due(self) -> None:
        waiting, now = self._waiting, now_ms()
        for _ in range(_BEGUN_AT_ONCE):
            if not waiting or waiting[0][0] > now:
                return
            self._begin(heapq.heappop(waiting)[2], self._multi)

    def _idle_seconds(self) -> float:
        if not self._waiting:
            return LOOK_SECONDS
        return max(self._waiting[0][0] - now_ms(), 0) / 1000


def now_ms() -> int:
    return time.time_ns() // 1_000_000
