"""Adds buckets up: several series as one, short steps as longer ones. What was given never changes.

Merging histograms is most of what a look costs. Buckets of steps that are over are the same objects
from one look to the next (`settled`), so what was made of them is known by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitoring.store import Bucket, Window, added

# Four ranges of 180 steps and a few routes; with histograms some 8 MB.
MOST_KNOWN = 4000


def folded(buckets: list[Bucket], new: Iterable[Bucket], step_ms: int) -> list[Bucket]:
    """Buckets of `step_ms`, and later ones of shorter steps added to them."""
    whole = buckets.copy()
    for each in new:
        time_ms = each.time_ms - each.time_ms % step_ms
        moved = each if time_ms == each.time_ms else replace(each, time_ms=time_ms, shown=None)
        if whole and whole[-1].time_ms == time_ms:
            whole[-1] = added([whole[-1], moved])
        else:
            whole.append(moved)
    return whole


class MergedSteps:
    """As `merge_windows`, but what it has added up once it knows. Safe to use from several
    threads: the worst of a race is that something is added up twice."""

    def __init__(self) -> None:
        # With the buckets, so that no other ones get their ids.
        self._known: dict[tuple[int, ...], tuple[Bucket, Sequence[Bucket]]] = {}

    def __call__(self, windows: Sequence[Window]) -> list[Bucket]:
        if len(windows) == 1:
            return windows[0].buckets
        by_time: dict[int, list[Bucket]] = {}
        for window in windows:
            for bucket in window.buckets:
                by_time.setdefault(bucket.time_ms, []).append(bucket)
        return [self.added(by_time[time_ms]) for time_ms in sorted(by_time)]

    def added(self, buckets: Sequence[Bucket]) -> Bucket:
        """At least one; as `monitoring.store.added`."""
        if len(buckets) == 1:
            return buckets[0]
        key = tuple(map(id, buckets))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = added(buckets), buckets
        return known[0]

    def clear(self) -> None:
        self._known.clear()


MERGED = MergedSteps()
