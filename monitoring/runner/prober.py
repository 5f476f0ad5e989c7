"""A process that asks HTTP servers for a runner which has more to ask than its interpreter can.

It knows no database. What it is to do comes through one socket from the process that has started
it, pickled; when that is closed, it ends. `prober_process.py` is the other side.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from django.conf import settings

from monitoring.runner.lane import Lane, now_ms
from opsportal.lib.http import HttpError, Multi, Request, Response

Asked = tuple[int, int, int, Request | None]
"""due_ms, number, check_id; the request is told once and whenever it has changed"""
Answered = tuple[int, int, tuple[Any, ...] | HttpError]
"""number, started_ms, a Response's fields or why there is none"""

# To wake the other side for each answer would cost as much as the answer.
_GATHER_SECONDS = 0.01


@dataclass(slots=True)
class _Task:
    due_ms: int
    number: int
    request: Request


class Prober:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._requests: dict[int, Request] = {}
        self._answers: list[Answered] = []
        self._answered = threading.Event()
        self._lane: Lane[_Task] = Lane(self._begin, lambda: None)

    def run(self) -> None:
        """Raises EOFError, or OSError, when the other side has closed the connection."""
        self._lane.start()
        threading.Thread(target=self._tell, daemon=True).start()
        # Says that it is ready.
        self._answered.set()
        while True:
            asked: Sequence[Asked] = pickle.loads(self._connection.recv_bytes())  # noqa: S301
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
        self._answers.append((number, started_ms, told))
        if not self._answered.is_set():
            self._answered.set()

    def _tell(self) -> None:
        """A thread of its own: no transfer waits while the other side is busy."""
        while True:
            self._answered.wait()
            self._answered.clear()
            time.sleep(_GATHER_SECONDS)
            count = len(self._answers)
            told = self._answers[:count]
            del self._answers[:count]
            try:
                self._connection.send_bytes(pickle.dumps(told, pickle.HIGHEST_PROTOCOL))
            except OSError:
                return


def main() -> None:
    # A terminal's Ctrl-C and a supervisor's signal reach the whole group: the runner decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    connection = Connection(int(sys.argv[1]))
    try:
        settings.configure(**connection.recv())
        # As in the runner: what a probe leaves needs no collector.
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        Prober(connection).run()
    except (EOFError, OSError):
        # At once: nobody is left who would hear of the transfers under way.
        os._exit(0)


if __name__ == "__main__":
    main()
