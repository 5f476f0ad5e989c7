"""Remembers the steps that are over, so that a refresh reads only what is new.

A point that comes later than SETTLED_AFTER_MS shows at the latest after READ_AGAIN_AFTER_MS, when
everything is read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitoring.store import SeriesRef, Window

SETTLED_AFTER_MS = 120_000
READ_AGAIN_AFTER_MS = 900_000
# A step's histogram takes about 2 kB: this bounds what a process remembers to some 12 MB.
MOST_WEIGHT = 60_000
HISTOGRAM_WEIGHT = 10

WindowsOf = Callable[[Sequence[SeriesRef], int, int, int], list[Window]]
"""series, start_ms, end_ms, step_ms, as `monitoring.store.windows_of`"""
Key = tuple[int, tuple[int, ...]]


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

    def __init__(self, windows_of: WindowsOf) -> None:
        self._windows_of = windows_of
        self._known: dict[Key, Settled] = {}
        self._lock = threading.Lock()

    def windows(
        self, series: Sequence[SeriesRef], start_ms: int, end_ms: int, step_ms: int, now_ms: int
    ) -> list[Window]:
        """As `windows_of`, with the steps that are over from memory where they are known."""
        key = (step_ms, tuple(each.id for each in series))
        first_ms = start_ms - start_ms % step_ms
        known = self._known.get(key)
        if known and covers(known, first_ms, now_ms):
            rest = self._windows_of(series, min(known.until_ms, end_ms - 1), end_ms, step_ms)
            windows = [
                joined(old, new, first_ms) for old, new in zip(known.windows, rest, strict=True)
            ]
            read_at_ms = known.read_at_ms
        else:
            windows, read_at_ms = self._windows_of(series, start_ms, end_ms, step_ms), now_ms
        self._remember(key, settled(windows, first_ms, end_ms, step_ms, now_ms, read_at_ms))
        return windows

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def _remember(self, key: Key, fresh: Settled) -> None:
        """The entries used longest ago go first when they weigh too much together."""
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = fresh
            total = sum(entry.weight for entry in self._known.values())
            while total > MOST_WEIGHT:
                total -= self._known.pop(next(iter(self._known))).weight


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
