"""The totals of hundreds of routes, of which at each look only what is new is added.

The first bucket of a window is what is over, and the same object from one look to the next
(`growth`, `settled`): what the first ones of a group add up to is known by them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from monitoring.store import Bucket, Window
from opsportal.dashboard.traffic import Traffic, add, has_failed

# Some 300 routes in five ranges, at about 6 kB.
MOST_GROUPS = 1500

Marked = tuple[bool, Bucket]
"""Whether its requests failed"""
Key = tuple[tuple[bool, int], ...]


class Totals:
    """As `traffic.total`. The groups asked for longest ago are forgotten first."""

    def __init__(self) -> None:
        # With the buckets, so that no other ones get their ids.
        self._known: dict[Key, tuple[Traffic, list[Marked]]] = {}
        self._lock = threading.Lock()

    def __call__(self, windows: Sequence[Window]) -> Traffic:
        """Not to be changed: others may be told the same."""
        first: list[Marked] = []
        new: list[Marked] = []
        for window in windows:
            if window.buckets:
                failed = has_failed(window.series)
                first.append((failed, window.buckets[0]))
                new += [(failed, bucket) for bucket in window.buckets[1:]]
        known = self._of_first(first)
        if not new:
            return known
        traffic = known.copy()
        add(traffic, new)
        return traffic

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def _of_first(self, first: list[Marked]) -> Traffic:
        key = tuple((failed, id(bucket)) for failed, bucket in first)
        known = self._known.get(key)
        if known is None:
            traffic = Traffic()
            add(traffic, first)
            known = traffic, first
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = known
            while len(self._known) > MOST_GROUPS:
                del self._known[next(iter(self._known))]
        return known[0]


TOTALS = Totals()
