"""Probes leased checks in one process: HTTP through libcurl on few threads, the rest in many.

A slow check holds up no other: HTTP transfers are all in flight at once, every other kind has a
thread of its own, and yet another thread writes what has come back, in batches.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from monitoring.probes.base import Reason, Result
from monitoring.probes.failures import explain
from monitoring.probes.http import Http
from monitoring.runner.crowd import Crowd
from monitoring.runner.job import Job
from monitoring.runner.judging import Outcome
from monitoring.runner.lane import LOOK_SECONDS, Lane, now_ms
from monitoring.runner.leasing import Lease
from monitoring.runner.prepared import Prepared
from monitoring.runner.prober import Answered
from opsportal.lib.http import HttpError, Multi, Response

logger = logging.getLogger(__name__)

# In flight and waiting together: what one process may lease.
CAPACITY = 2000
# Started as they are needed. While servers that hang hold all of them, other checks wait.
_THREADS = 256
# To search large bodies; never behind probes.
_JUDGES = 2
# A TLS handshake is a millisecond of computing for which libcurl lets other threads go on.
_LANES = min(4, os.cpu_count() or 1)
_LARGE_BYTES = 50_000
# What a probe in a thread may take beyond its timeout before it is given up; its thread may hang.
_GRACE_MS = 2000
_LOOK_EVERY_MS = 250


class Engine:
    """`deliver` gets outcomes from any thread, each job's exactly once."""

    def __init__(self, deliver: Callable[[Sequence[Outcome]], None]) -> None:
        self._deliver = deliver
        self._numbers = itertools.count()
        self._running: dict[int, Job] = {}
        self._lock = threading.Lock()
        self._lanes: list[Lane[Job]] = [
            Lane(self._begin_noted, self._give_up) for _ in range(_LANES)
        ]
        self._crowd = Crowd(self._heard, self._put)
        self._threads = ThreadPoolExecutor(_THREADS, "probe")
        self._judges = ThreadPoolExecutor(_JUDGES, "judge")
        self._looked_ms = 0
        self.highest_lag_ms = 0
        # While nothing is probed or waits for its time: no more will be found.
        self.is_idle = threading.Event()

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()

    @property
    def free(self) -> int:
        return CAPACITY - len(self._running)

    def submit(self, leases: Sequence[Lease], checks: dict[int, Prepared]) -> None:
        jobs = [
            Job(lease.due_ms, next(self._numbers), lease, checks[lease.check_id])
            for lease in leases
            if lease.check_id in checks
        ]
        with self._lock:
            self._running.update({job.number: job for job in jobs})
            if jobs:
                self.is_idle.clear()
        http = [job for job in jobs if isinstance(job.check.probe, Http)]
        if self._crowd.take(http):
            jobs = [job for job in jobs if not isinstance(job.check.probe, Http)]
        self._put(jobs)

    def _put(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._lane_of(job).put(job)
        for lane in self._lanes:
            lane.wake()

    def stop(self) -> None:
        self._crowd.stop()
        for lane in self._lanes:
            lane.stop()
        for pool in (self._threads, self._judges):
            pool.shutdown(wait=False, cancel_futures=True)

    @property
    def unfinished(self) -> list[Lease]:
        with self._lock:
            return [job.lease for job in self._running.values()]

    def take_highest_lag_ms(self) -> int:
        """Of the probes begun since the last call."""
        lag, self.highest_lag_ms = self.highest_lag_ms, 0
        return lag

    def _lane_of(self, job: Job) -> Lane[Job]:
        """Plain HTTP is mostly Python's work, in which threads only get in each other's way."""
        return self._lanes[job.number % _LANES if job.check.is_tls else 0]

    def _note_start(self, job: Job) -> None:
        """Not when a probe is put into the queue for a thread: until it has one, it is late, and
        nothing is known of what it asks."""
        started_ms = now_ms()
        self._note_lag(started_ms - job.due_ms)
        job.deadline_ms = started_ms + int(job.check.timeout_seconds * 1000) + _GRACE_MS

    def _note_lag(self, lag_ms: int) -> None:
        with self._lock:
            self.highest_lag_ms = max(self.highest_lag_ms, lag_ms)

    def _heard(self, heard: Sequence[tuple[Job, Answered]]) -> None:
        """From a prober, in the place of a lane. All at once: one by one each result would cost
        half as much again."""
        self._note_lag(max((answered[1] - job.due_ms for job, answered in heard), default=0))
        ended = []
        for job, (_number, _started_ms, told) in heard:
            answer = told if isinstance(told, HttpError) else Response(*told)
            if self._is_large(answer):
                self._judges.submit(self._judge, job, answer)
            else:
                ended.append((job, self._result(job, answer)))
        self._end(ended)

    def _begin_noted(self, job: Job, multi: Multi) -> None:
        try:
            self._begin(job, multi)
        except Exception as error:
            self._end([(job, explain(error, job.check.timeout_seconds))])

    def _begin(self, job: Job, multi: Multi) -> None:
        probe = job.check.probe
        if isinstance(probe, Http):
            self._note_start(job)
            request = probe.request(job.check.timeout_seconds)
            multi.add(request, lambda answer: self._answered(job, answer))
        else:
            self._threads.submit(self._probe_in_thread, job)

    def _answered(self, job: Job, answer: Response | HttpError) -> None:
        if self._is_large(answer):
            self._judges.submit(self._judge, job, answer)
        else:
            self._judge(job, answer)

    def _is_large(self, answer: Response | HttpError) -> bool:
        """To search a large body may take a while, in which no other transfer would go on."""
        return isinstance(answer, Response) and len(answer.body) > _LARGE_BYTES

    def _judge(self, job: Job, answer: Response | HttpError) -> None:
        self._end([(job, self._result(job, answer))])

    def _result(self, job: Job, answer: Response | HttpError) -> Result:
        probe, timeout_seconds = cast(Http, job.check.probe), job.check.timeout_seconds
        try:
            if isinstance(answer, HttpError):
                return probe.failed(answer, timeout_seconds)
            return probe.judge(answer)
        except Exception as error:
            logger.exception("the answer of check %s could not be judged", job.check.slug)
            return explain(error, timeout_seconds)

    def _probe_in_thread(self, job: Job) -> None:
        self._note_start(job)
        if job.deadline_ms - _GRACE_MS > job.lease.until_ms:
            # Its result would come too late to count. Whoever leases it next begins with it.
            with self._lock:
                self._running.pop(job.number, None)
            return
        try:
            result = job.check.probe.probe(job.check.timeout_seconds)
        except Exception as error:
            result = explain(error, job.check.timeout_seconds)
            if result.reason is Reason.INTERNAL:
                logger.exception("the probe of check %s failed", job.check.slug)
        self._end([(job, result)])

    def _give_up(self) -> float:
        if now_ms() >= self._looked_ms + _LOOK_EVERY_MS:
            self._give_up_late()
        return LOOK_SECONDS

    def _give_up_late(self) -> None:
        self._looked_ms = now_ms()
        self._crowd.look()
        with self._lock:
            late = [job for job in self._running.values() if 0 < job.deadline_ms < self._looked_ms]
        for job in late:
            self._end([(job, explain(TimeoutError(), job.check.timeout_seconds))])

    def _end(self, ended: Sequence[tuple[Job, Result]]) -> None:
        time_ms, take = now_ms(), self._running.pop
        with self._lock:
            counted = [each for each in ended if take(each[0].number, None)]
        if counted:
            self._deliver([Outcome(job.lease, job.check, found, time_ms) for job, found in counted])
        if not self._running:
            with self._lock:
                if not self._running:
                    self.is_idle.set()
