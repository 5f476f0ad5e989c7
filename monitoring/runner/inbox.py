"""What was found, on its way from the threads that probe to the one that writes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from monitoring.runner.judging import Outcome


class Inbox:
    """`put` and `tick` from any thread, the others from one."""

    def __init__(self) -> None:
        self._outcomes: deque[Outcome] = deque()
        self.has_ticked = False
        self._changed = threading.Event()

    def __len__(self) -> int:
        return len(self._outcomes)

    def put(self, outcomes: Sequence[Outcome]) -> None:
        self._outcomes.extend(outcomes)
        self._changed.set()

    def tick(self) -> None:
        self.has_ticked = True
        self._changed.set()

    def wait(self, seconds: float) -> bool:
        """Whether there is anything."""
        return self._changed.wait(seconds)

    def take(self, most: int) -> tuple[list[Outcome], bool]:
        """The oldest of them, and whether there was a tick since the last call."""
        self._changed.clear()
        ticked, self.has_ticked = self.has_ticked, False
        taken = [self._outcomes.popleft() for _ in range(min(most, len(self._outcomes)))]
        if self._outcomes:
            self._changed.set()
        return taken, ticked
