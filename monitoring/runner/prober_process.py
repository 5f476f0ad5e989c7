"""A prober's process as the runner sees it: `prober.py` is what runs there."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import cast

from django.conf import settings

from monitoring.probes.http import Http
from monitoring.runner.job import Job
from monitoring.runner.pipe import Pipe
from monitoring.runner.prober import Answered, Asked

# Of the guard of addresses, which asks them there as it does here.
_SETTINGS = ("ALLOWED_ADDRESSES", "PRIVATE_ADDRESSES_ALLOWED")

Hear = Callable[[Sequence[tuple[Job, Answered]]], None]
Lose = Callable[[Sequence[Job]], None]


class ProberProcess:
    """`hear` gets answers, some at a time, `lose` once what it had not answered when it died; both
    from a thread of its own. It is ready when it has said so."""

    def __init__(self, hear: Hear, lose: Lose) -> None:
        self._hear, self._lose = hear, lose
        self._jobs: dict[int, Job] = {}
        self._told: dict[int, int] = {}
        self._lock = threading.Lock()
        self.is_ready = self.has_ended = False
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "monitoring.runner.prober", str(number)],
                pass_fds=[number],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
            )
        self._pipe = Pipe(ours)
        threading.Thread(target=self._listen, name="prober", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_busy(self) -> bool:
        return bool(self._jobs)

    @property
    def asked(self) -> int:
        """How many of the jobs it has not answered."""
        return len(self._jobs)

    def ask(self, jobs: Sequence[Job]) -> None:
        with self._lock:
            self._jobs.update((job.number, job) for job in jobs)
        try:
            asked = [self._asked(job) for job in jobs]
            self._pipe.send(asked)
        except OSError:
            self._end()

    def _asked(self, job: Job) -> Asked:
        check, request = job.check, None
        if self._told.get(check.check_id) != check.version:
            request = cast(Http, check.probe).request(check.timeout_seconds)
            self._told[check.check_id] = check.version
        return job.due_ms, job.number, check.check_id, request

    def is_stuck(self, now_ms: int) -> bool:
        """Whether it holds a check whose lease has run out: libcurl would have given it up."""
        with self._lock:
            return any(job.lease.until_ms < now_ms for job in self._jobs.values())

    def kill(self) -> None:
        self._process.kill()

    def stop(self) -> None:
        """What it has not answered is nobody's loss then."""
        with self._lock:
            self._jobs.clear()
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            self._pipe.send({name: getattr(settings, name) for name in _SETTINGS})
            while True:
                answers: list[Answered] = self._pipe.receive()
                self.is_ready = True
                self._heard(answers)
        self._end()
        self._pipe.close()

    def _heard(self, answers: Sequence[Answered]) -> None:
        take = self._jobs.pop
        with self._lock:
            found = [(take(each[0], None), each) for each in answers]
        self._hear([(job, each) for job, each in found if job is not None])

    def _end(self) -> None:
        with self._lock:
            lost, self._jobs = list(self._jobs.values()), {}
            self.has_ended, self.is_ready = True, False
        self._process.kill()
        self._process.wait()
        if lost:
            self._lose(lost)
