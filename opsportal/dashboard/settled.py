"""Remembers the steps that are over, so that a refresh reads only what is new.

A point that comes later than SETTLED_AFTER_MS shows at the latest after READ_AGAIN_AFTER_MS, when
everything is read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitoring.store import Window, WindowRequest

SETTLED_AFTER_MS = 120_000
READ_AGAIN_AFTER_MS = 900_000
# A step's histogram takes about 2 kB: this bounds what a process remembers to some 12 MB.
MOST_WEIGHT = 60_000
HISTOGRAM_WEIGHT = 10

WindowsOfEach = Callable[[Sequence[WindowRequest]], list[list[Window]]]
"""As `monitoring.store.windows_of_each`"""
Key = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Settled:
    """Windows complete from `start_ms` to `until_ms`, first read at `read_at_ms`."""

    start_ms: int
    until_ms: int
    read_at_ms: int
    windows: list[Window]

    @property
    def weight(self) -> int:
        return sum(
            HISTOGRAM_WEIGHT if bucket.histogram else 1
            for window in self.windows
            for bucket in window.buckets
        )


class SettledSteps:
    """Safe to use from several threads: the worst of a race is that something is read twice."""

    def __init__(self) -> None:
        self._known: dict[Key, Settled] = {}
        self._weights: dict[Key, int] = {}
        self._lock = threading.Lock()

    def windows(
        self, requests: Sequence[WindowRequest], now_ms: int, windows_of_each: WindowsOfEach
    ) -> list[list[Window]]:
        """As `windows_of_each`, with the steps that are over from memory where they are known."""
        # The place among the requests is part of what an entry is known by: the same series of last
        # week have one of their own.
        known = [self._covering(place, each, now_ms) for place, each in enumerate(requests)]
        asked = [
            each if settled is None else each._replace(start_ms=_rest_ms(settled, each))
            for each, settled in zip(requests, known, strict=True)
        ]
        read = windows_of_each(asked)
        return [
            self._joined((place, each), settled, windows, now_ms)
            for place, (each, settled, windows) in enumerate(
                zip(requests, known, read, strict=True)
            )
        ]

    def _covering(self, place: int, request: WindowRequest, now_ms: int) -> Settled | None:
        known = self._known.get(_key(place, request))
        return known if known and covers(known, _first_ms(request), now_ms) else None

    def _joined(
        self,
        placed: tuple[int, WindowRequest],
        known: Settled | None,
        read: list[Window],
        now_ms: int,
    ) -> list[Window]:
        place, request = placed
        first_ms = _first_ms(request)
        windows, read_at_ms = read, now_ms
        if known is not None:
            pairs = zip(known.windows, read, strict=True)
            windows = [joined(old, new, first_ms) for old, new in pairs]
            read_at_ms = known.read_at_ms
        self._remember(
            _key(place, request),
            settled(windows, first_ms, request.end_ms, request.step_ms, now_ms, read_at_ms),
        )
        return windows

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._weights.clear()

    def _remember(self, key: Key, fresh: Settled) -> None:
        """The entries used longest ago go first when they weigh too much together."""
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = fresh
            self._weights[key] = fresh.weight
            total = sum(self._weights.values())
            while total > MOST_WEIGHT:
                oldest = next(iter(self._known))
                del self._known[oldest]
                total -= self._weights.pop(oldest)


def _key(place: int, request: WindowRequest) -> Key:
    return place, request.step_ms, tuple(each.id for each in request.series)


def _first_ms(request: WindowRequest) -> int:
    return request.start_ms - request.start_ms % request.step_ms


def _rest_ms(known: Settled, request: WindowRequest) -> int:
    return min(known.until_ms, request.end_ms - 1)


def covers(known: Settled, first_ms: int, now_ms: int) -> bool:
    fresh = 0 <= now_ms - known.read_at_ms < READ_AGAIN_AFTER_MS
    return fresh and known.start_ms <= first_ms < known.until_ms


def joined(old: Window, new: Window, first_ms: int) -> Window:
    """The new one's steps after the old one's; where both have a step the new one stays."""
    read_again_ms = new.buckets[0].time_ms if new.buckets else None
    kept = [
        bucket
        for bucket in old.buckets
        if bucket.time_ms >= first_ms and (read_again_ms is None or bucket.time_ms < read_again_ms)
    ]
    return Window(new.series, new.resolution_ms, kept + new.buckets)


def settled(
    windows: list[Window],
    first_ms: int,
    end_ms: int,
    step_ms: int,
    now_ms: int,
    read_at_ms: int,
) -> Settled:
    """What of the windows will not change any more."""
    last_ms = min(now_ms - SETTLED_AFTER_MS, end_ms)
    until_ms = max(first_ms, last_ms - last_ms % step_ms)
    over = [
        Window(w.series, w.resolution_ms, [b for b in w.buckets if b.time_ms < until_ms])
        for w in windows
    ]
    return Settled(first_ms, until_ms, read_at_ms, over)
