"""One thread that begins jobs when they are due and moves all its HTTP transfers on at once."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from monitoring.runner.leasing import Lease
from monitoring.runner.prepared import Prepared
from opsportal.lib.http import Multi

_LOOK_SECONDS = 0.25
# Then those that were begun have their turn: with all of a crowd in flight at once each would wait
# for the connections of all others.
_BEGUN_AT_ONCE = 32


@dataclass(slots=True)
class Job:
    """A leased check."""

    due_ms: int
    number: int
    lease: Lease
    check: Prepared
    deadline_ms: int = 0


class Lane:
    """`begin` gets each job, and where its transfer belongs, on the lane's thread; `look` is called
    there several times a second."""

    def __init__(self, begin: Callable[[Job, Multi], None], look: Callable[[], None]) -> None:
        self._begin = begin
        self._look = look
        self._inbox: SimpleQueue[Job] = SimpleQueue()
        self._waiting: list[tuple[int, int, Job]] = []
        self._multi = Multi()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, job: Job) -> None:
        self._inbox.put(job)

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
            self._look()
            self._multi.run(self._idle_seconds())

    def _begin_due(self) -> None:
        waiting, now = self._waiting, now_ms()
        for _ in range(_BEGUN_AT_ONCE):
            if not waiting or waiting[0][0] > now:
                return
            self._begin(heapq.heappop(waiting)[2], self._multi)

    def _idle_seconds(self) -> float:
        if not self._waiting:
            return _LOOK_SECONDS
        return min(max(self._waiting[0][0] - now_ms(), 0) / 1000, _LOOK_SECONDS)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
