"""One answer for everybody who asks within a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Two hundred callers at once cost one call of `make`: the others wait for its answer."""

    def __init__(
        self,
        make: Callable[[], T],
        keep_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._keep_seconds, self._clock = make, keep_seconds, clock
        self._lock = threading.Lock()
        self._answer: tuple[float, T] | None = None

    def get(self) -> T:
        # Without the lock first: most callers come while the answer is fresh.
        answer = self._answer
        if answer is not None and self._clock() < answer[0]:
            return answer[1]
        with self._lock:
            answer = self._answer
            if answer is not None and self._clock() < answer[0]:
                return answer[1]
            made = self._make()
            self._answer = (self._clock() + self._keep_seconds, made)
            return made

    def forget(self) -> None:
        self._answer = None
