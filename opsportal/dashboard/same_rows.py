"""The last minutes are read again at each look, and mostly are what they were: for the same rows
the same buckets are told, so that others know what they have made of them."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.store import Bucket, HeadRow, buckets_of_rows

# Some minutes of a few hundred routes in a few ranges; with their histograms some 6 MB.
MOST_SERIES, MOST_ROWS = 2000, 20

Key = tuple[int, int, tuple[HeadRow, ...]]


class SameRows:
    """As `buckets_of_rows`. Safe to use from several threads: the worst of a race is that buckets
    are made twice."""

    def __init__(self) -> None:
        self._known: dict[Key, list[Bucket]] = {}

    def __call__(self, rows: Sequence[HeadRow], step_ms: int, origin_ms: int) -> list[Bucket]:
        if len(rows) > MOST_ROWS:
            return buckets_of_rows(rows, step_ms, origin_ms)
        key = step_ms, origin_ms, tuple(rows)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MOST_SERIES:
                self._known.clear()
            known = self._known[key] = buckets_of_rows(rows, step_ms, origin_ms)
        return known

    def clear(self) -> None:
        self._known.clear()


SAME_ROWS = SameRows()
