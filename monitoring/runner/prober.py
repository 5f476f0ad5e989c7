"""A process that asks HTTP servers for a runner which has more to ask than its interpreter can.

It knows no database. What it is to do comes through one socket from the process that has started
it, pickled; when that is closed, it ends. `prober_process.py` is the other side.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from monitoring.runner.lane import LOOK_SECONDS, Lane, now_ms
from monitoring.runner.pipe import Pipe
from opsportal.lib.http import HttpError, Multi, Request, Response

Asked = tuple[int, int, int, Request | None]
"""due_ms, number, check_id; the request is told once and whenever it has changed"""
Answered = tuple[int, int, tuple[Any, ...] | HttpError]
"""number, started_ms, a Response's fields or why there is none"""

# To wake the other side for each answer would cost as much as the answer. The last ones go at once.
_GATHER_SECONDS = 0.03


@dataclass(slots=True)
class _Task:
    due_ms: int
    number: int
    request: Request


class Prober:
    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._requests: dict[int, Request] = {}
        self._answers: list[Answered] = []
        self._tell_at = 0.0
        self._lane: Lane[_Task] = Lane(self._begin, self._tell)

    def run(self) -> None:
        """Raises EOFError, or OSError, when the other side has closed the pipe."""
        # Says that it is ready.
        self._pipe.send(self._answers)
        self._lane.start()
        while True:
            asked: Sequence[Asked] = self._pipe.receive()
            for due_ms, number, check_id, request in asked:
                if request is not None:
                    self._requests[check_id] = request
                self._lane.put(_Task(due_ms, number, self._requests[check_id]))
            self._lane.wake()

    def _begin(self, task: _Task, multi: Multi) -> None:
        number, started_ms = task.number, now_ms()
        try:
            multi.add(task.request, lambda answer: self._keep(number, started_ms, answer))
        except Exception as error:
            # Of any kind: the lane has others to ask.
            self._keep(number, started_ms, HttpError("protocol", f"cannot be asked: {error}"))

    def _keep(self, number: int, started_ms: int, answer: Response | HttpError) -> None:
        told = answer.fields if isinstance(answer, Response) else answer
        if not self._answers:
            self._tell_at = time.monotonic() + _GATHER_SECONDS
        self._answers.append((number, started_ms, told))

    def _tell(self) -> float:
        """Never waits for the other side: while that is busy, transfers go on."""
        if self._answers:
            patience_seconds = self._tell_at - time.monotonic()
            if patience_seconds > 0 and not self._lane.is_idle:
                return patience_seconds
            self._pipe.put(self._answers)
            self._answers = []
        # When the other side has gone, `run` hears of it.
        with contextlib.suppress(OSError):
            return LOOK_SECONDS if self._pipe.flush() else _GATHER_SECONDS
        return LOOK_SECONDS


def main() -> None:
    # A terminal's Ctrl-C and a supervisor's signal reach the whole group: the runner decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe = Pipe(socket.socket(fileno=int(sys.argv[1])))
    try:
        settings.configure(**pipe.receive())
        # As in the runner: what a probe leaves needs no collector.
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        Prober(pipe).run()
    except (EOFError, OSError):
        # At once: nobody is left who would hear of the transfers under way.
        os._exit(0)


if __name__ == "__main__":
    main()
