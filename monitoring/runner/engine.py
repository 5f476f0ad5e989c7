"""Probes leased checks in one process: HTTP on one thread through libcurl, the rest in threads.

A slow check holds up no other: HTTP transfers are all in flight at once, every other kind has a
thread of its own, and a third thread writes what has come back, in batches.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue

from monitoring.probes.base import Reason, Result
from monitoring.probes.failures import explain
from monitoring.probes.http import Http
from monitoring.runner.leasing import Lease
from monitoring.runner.outcomes import Outcome
from monitoring.runner.prepared import Prepared
from opsportal.lib.http import HttpError, Multi, Response

logger = logging.getLogger(__name__)

# In flight and waiting together: what one process may lease.
CAPACITY = 2000
_THREADS = 64
_LARGE_BYTES = 50_000
_LOOK_SECONDS = 0.25
# What a probe in a thread may take beyond its timeout before it is given up; its thread may hang.
_GRACE_MS = 2000


@dataclass(order=True, slots=True)
class Job:
    """A leased check. Ordered by when it is due."""

    due_ms: int
    number: int
    lease: Lease = field(compare=False)
    check: Prepared = field(compare=False)
    deadline_ms: int = field(default=0, compare=False)


class Engine:
    """`deliver` gets outcomes from any thread, each job's exactly once."""

    def __init__(self, deliver: Callable[[Outcome], None]) -> None:
        self._deliver = deliver
        self._inbox: SimpleQueue[Job] = SimpleQueue()
        self._numbers = itertools.count()
        self._waiting: list[Job] = []
        self._running: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._multi = Multi()
        self._threads = ThreadPoolExecutor(_THREADS, "probe")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probing", daemon=True)
        self.highest_lag_ms = 0

    def start(self) -> None:
        self._thread.start()

    @property
    def free(self) -> int:
        return CAPACITY - len(self._running)

    def submit(self, leases: Sequence[Lease], checks: dict[int, Prepared]) -> None:
        for lease in leases:
            check = checks.get(lease.check_id)
            if check is not None:
                job = Job(lease.due_ms, next(self._numbers), lease, check)
                with self._lock:
                    self._running[job.number] = job
                self._inbox.put(job)
        self._multi.wake()

    def stop(self) -> list[Lease]:
        """Returns the leases of what had not ended."""
        self._stopping.set()
        self._multi.wake()
        self._thread.join(5)
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            return [job.lease for job in self._running.values()]

    def take_highest_lag_ms(self) -> int:
        """Of the probes begun since the last call."""
        lag, self.highest_lag_ms = self.highest_lag_ms, 0
        return lag

    def _run(self) -> None:
        while not self._stopping.is_set():
            while not self._inbox.empty():
                heapq.heappush(self._waiting, self._inbox.get())
            self._begin_due(_now_ms())
            self._give_up(_now_ms())
            self._multi.run(self._idle_seconds(_now_ms()))

    def _idle_seconds(self, now_ms: int) -> float:
        if not self._waiting:
            return _LOOK_SECONDS
        return min(max(self._waiting[0].due_ms - now_ms, 0) / 1000, _LOOK_SECONDS)

    def _begin_due(self, now_ms: int) -> None:
        while self._waiting and self._waiting[0].due_ms <= now_ms:
            job = heapq.heappop(self._waiting)
            self.highest_lag_ms = max(self.highest_lag_ms, now_ms - job.due_ms)
            job.deadline_ms = now_ms + int(job.check.timeout_seconds * 1000) + _GRACE_MS
            try:
                self._begin(job)
            except Exception as error:
                self._end(job, explain(error, job.check.timeout_seconds))

    def _begin(self, job: Job) -> None:
        probe = job.check.probe
        if isinstance(probe, Http):
            request = probe.request(job.check.timeout_seconds)
            self._multi.add(request, lambda answer: self._answered(job, probe, answer))
        else:
            self._threads.submit(self._probe_in_thread, job)

    def _answered(self, job: Job, probe: Http, answer: Response | HttpError) -> None:
        if isinstance(answer, Response) and len(answer.body) > _LARGE_BYTES:
            # To search a large body may take a while, in which no other transfer would go on.
            self._threads.submit(self._judge, job, probe, answer)
        else:
            self._judge(job, probe, answer)

    def _judge(self, job: Job, probe: Http, answer: Response | HttpError) -> None:
        timeout_seconds = job.check.timeout_seconds
        try:
            if isinstance(answer, HttpError):
                result = probe.failed(answer, timeout_seconds)
            else:
                result = probe.judge(answer)
        except Exception as error:
            logger.exception("the answer of check %s could not be judged", job.check.slug)
            result = explain(error, timeout_seconds)
        self._end(job, result)

    def _probe_in_thread(self, job: Job) -> None:
        try:
            result = job.check.probe.probe(job.check.timeout_seconds)
        except Exception as error:
            result = explain(error, job.check.timeout_seconds)
            if result.reason is Reason.INTERNAL:
                logger.exception("the probe of check %s failed", job.check.slug)
        self._end(job, result)

    def _give_up(self, now_ms: int) -> None:
        with self._lock:
            late = [job for job in self._running.values() if 0 < job.deadline_ms < now_ms]
        for job in late:
            self._end(job, explain(TimeoutError(), job.check.timeout_seconds))

    def _end(self, job: Job, result: Result) -> None:
        with self._lock:
            if self._running.pop(job.number, None) is None:
                return
        self._deliver(Outcome(job.lease, job.check, result, _now_ms()))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
