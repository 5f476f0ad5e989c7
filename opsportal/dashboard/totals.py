"""The times of hundreds of routes, of which at each look only what is new is added.

Buckets that were told before are the same objects from one look to the next (`growth`, `settled`,
`same_rows`): what those of a group add up to is known by them. The first bucket of a window is what
is over, and changes least.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from monitoring.histogram import Histogram
from monitoring.store import Bucket, Window

# Some 200 routes in five ranges, each with what is over and with what is new, at about 4 kB.
MOST_GROUPS = 2000

Key = tuple[int, ...]


@dataclass(frozen=True)
class Total:
    """Of buckets, which are kept so that no other ones get their ids. Not to be changed: others may
    be told the same."""

    histogram: Histogram
    buckets: Sequence[Bucket]

    @property
    def count(self) -> int:
        return self.histogram.count

    @cached_property
    def p95(self) -> float | None:
        return self.histogram.percentile(95)


class Totals:
    """The groups asked for longest ago are forgotten first."""

    def __init__(self) -> None:
        self._known: dict[Key, Total] = {}
        self._lock = threading.Lock()

    def __call__(self, windows: Sequence[Window]) -> Histogram:
        """Not to be changed."""
        return self.total(windows).histogram

    def total(self, windows: Sequence[Window]) -> Total:
        """All of some windows as one."""
        first: list[Bucket] = []
        new: list[Bucket] = []
        for window in windows:
            if window.buckets:
                first.append(window.buckets[0])
                new += window.buckets[1:]
        return self._of(first, new)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def _of(self, first: list[Bucket], new: list[Bucket]) -> Total:
        buckets = first + new
        key = tuple(map(id, buckets))
        known = self._known.get(key)
        if known is None:
            whole = self._of(first, []).histogram.copy() if new else Histogram()
            for bucket in new or first:
                if bucket.histogram is not None:
                    whole.merge(bucket.histogram)
            known = Total(whole, buckets)
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = known
            while len(self._known) > MOST_GROUPS:
                del self._known[next(iter(self._known))]
        return known


TOTALS = Totals()
