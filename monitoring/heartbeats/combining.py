"""Many calls at once as one piece of work: a transaction costs the same for one ping or for eight.

Who calls while another is at work waits for its turn; the first whose turn comes does the work of
all that wait. There is no thread of its own to start, to watch or to stop, and a lone call is as
quick as without it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

# Of a crowd, those that were just answered are soon back with their next call.
_LOOKS = 6
_LOOK_SECONDS = 0.0005


class Combiner(Generic[Item, Answer]):
    """`work` answers each item, in their order. It runs in one thread at a time."""

    def __init__(
        self, work: Callable[[Sequence[Item]], Sequence[Answer]], wait_seconds: float = 10
    ) -> None:
        self._work, self._wait_seconds = work, wait_seconds
        self._waiting: deque[tuple[Item, Future[Answer]]] = deque()
        self._changed = threading.Condition()
        self._at_work = False
        self._crowd = 1

    def __call__(self, item: Item) -> Answer:
        """Raises what the work raised, or TimeoutError when others hold it up."""
        future: Future[Answer] = Future()
        self._waiting.append((item, future))
        if self._has_turn(future):
            try:
                self._work_off()
            finally:
                with self._changed:
                    self._at_work = False
                    self._changed.notify_all()
        return future.result(self._wait_seconds)

    def _has_turn(self, future: Future[Answer]) -> bool:
        """Whether the caller does the work. Waits until it may, or need not any more."""
        with self._changed:
            self._changed.wait_for(lambda: future.done() or not self._at_work, self._wait_seconds)
            if future.done():
                return False
            if self._at_work:
                future.cancel()
                raise TimeoutError
            self._at_work = True
            return True

    def _work_off(self) -> None:
        self._gather()
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        wanted = [each for each in taken if each[1].set_running_or_notify_cancel()]
        self._crowd = len(wanted)
        error = self._work_on(wanted)
        if error is None:
            return
        # One that cannot be worked on must not take the others along; a database that does not
        # answer would not answer one by one either.
        one_by_one = len(wanted) > 1 and not isinstance(error, (OperationalError, InterfaceError))
        for each in wanted:
            own_error = self._work_on([each]) if one_by_one else error
            if own_error is not None:
                each[1].set_exception(own_error)

    def _gather(self) -> None:
        for _ in range(_LOOKS):
            if len(self._waiting) >= self._crowd:
                return
            time.sleep(_LOOK_SECONDS)

    def _work_on(self, wanted: Sequence[tuple[Item, Future[Answer]]]) -> BaseException | None:
        try:
            answers = self._work([item for item, _ in wanted])
        except BaseException as error:
            # Of any kind: whoever waits must hear of it.
            return error
        for (_, future), answer in zip(wanted, answers, strict=True):
            future.set_result(answer)
        return None
