"""When something was broken, and whether that touched a request. Times are seconds of the
monotonic clock."""

from __future__ import annotations

import math
from collections.abc import Iterable


class Troubles:
    """The faults, each from when it was made until all asked and told again. One thread writes
    while others read: a span takes the place of another in one step."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, float]] = []

    def begin(self, at: float) -> None:
        """Before it is made: no request may fail of a fault that is not known yet."""
        self.spans.append((at, math.inf))

    def end(self, at: float) -> None:
        self.spans[-1] = (self.spans[-1][0], at)


def is_touched(begun: float, ended: float, spans: Iterable[tuple[float, float]]) -> bool:
    """A request that waits for its answer may outlast a fault, so that neither its first nor its
    last moment says what became of it: what counts is whether the two overlap, ends included."""
    return any(begun <= over and struck <= ended for struck, over in spans)
