"""The times of hundreds of routes, of which at each look only what is new is added.

The first bucket of a window is what is over, and the same object from one look to the next
(`growth`, `settled`): what the first ones of a group add up to is known by them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from monitoring.histogram import Histogram
from monitoring.store import Bucket, Window

# Some 300 routes in five ranges, at about 4 kB.
MOST_GROUPS = 1500

Key = tuple[int, ...]


class Totals:
    """All of some windows as one. The groups asked for longest ago are forgotten first."""

    def __init__(self) -> None:
        # With the buckets, so that no other ones get their ids.
        self._known: dict[Key, tuple[Histogram, list[Bucket]]] = {}
        self._lock = threading.Lock()

    def __call__(self, windows: Sequence[Window]) -> Histogram:
        """Not to be changed: others may be told the same."""
        first: list[Bucket] = []
        new: list[Bucket] = []
        for window in windows:
            if window.buckets:
                first.append(window.buckets[0])
                new += window.buckets[1:]
        known = self._of_first(first)
        if not new:
            return known
        whole = known.copy()
        _add(whole, new)
        return whole

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def _of_first(self, first: list[Bucket]) -> Histogram:
        key = tuple(map(id, first))
        known = self._known.get(key)
        if known is None:
            whole = Histogram()
            _add(whole, first)
            known = whole, first
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = known
            while len(self._known) > MOST_GROUPS:
                del self._known[next(iter(self._known))]
        return known[0]


def _add(whole: Histogram, buckets: Sequence[Bucket]) -> None:
    for bucket in buckets:
        if bucket.histogram is not None:
            whole.merge(bucket.histogram)


TOTALS = Totals()
