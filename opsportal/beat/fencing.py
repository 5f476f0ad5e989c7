"""Messages of a scheduler that does not lead any more are dropped.

It may have been suspended between its look at the lease and its sending. Its messages carry the
token of its time; a worker that has seen a later one knows better.
"""

from __future__ import annotations

import threading
from typing import Any

from celery import Task

HEADER = "fence"


class Fence:
    """Of a process: the highest token that it has seen."""

    def __init__(self) -> None:
        self._highest, self._lock = 0, threading.Lock()

    def keeps_out(self, token: int | None) -> bool:
        """Messages without a token are nobody's and pass."""
        if token is None:
            return False
        with self._lock:
            self._highest = max(self._highest, token)
            return token < self._highest


FENCE = Fence()


class FencedTask(Task):  # type: ignore[type-arg]
    abstract = True

    def __call__(self, *args: Any, **options: Any) -> Any:
        if FENCE.keeps_out(getattr(self.request, HEADER, None)):
            return None
        return super().__call__(*args, **options)
