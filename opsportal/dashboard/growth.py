"""What was counted between two rows of running totals, remembered: rows are made each hour, looks
each second."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from functools import cached_property

from monitoring.store import Bucket, bucket_of
from monitoring.store.packing import Packed, between

# Of about 2 kB: hundreds of routes over a few ranges, and a year by the week.
MOST_BUCKETS = 6000

Growth = Mapping[int, Bucket]
"""By series id; series that counted nothing are absent."""
Mark = tuple[int, int, int] | None
Ids = tuple[int, ...]
Key = tuple[int, Mark, Mark, Ids]


class Row:
    """As it was read; unpacked when somebody asks for it."""

    def __init__(self, time_ms: int, data: bytes) -> None:
        # Rows are made anew when something was recorded late: the time alone does not tell.
        self.mark: Mark = (time_ms, len(data), hash(data))
        self._data = data

    @cached_property
    def packed(self) -> Packed:
        return Packed(self._data)


class Growths:
    """The ones used longest ago are forgotten first."""

    def __init__(self) -> None:
        self._known: dict[Key, Growth] = {}
        self._weight = 0
        self._lock = threading.Lock()

    def between(
        self, start_ms: int, earlier: Row | None, later: Row | None, ids: Collection[int]
    ) -> Growth:
        """Of the series `ids`; nothing had been counted where there is no row."""
        ids = tuple(ids)
        key = (start_ms, _mark(earlier), _mark(later), ids)
        known = self._known.get(key)
        if known is None:
            packed = earlier.packed if earlier else None
            grown = between(packed, later.packed, ids) if later else {}
            known = {each: bucket_of(start_ms, histogram) for each, histogram in grown.items()}
        self._remember(key, known)
        return known

    def clear(self) -> None:
        with self._lock:
            self._known.clear()
            self._weight = 0

    def _remember(self, key: Key, growth: Growth) -> None:
        with self._lock:
            self._weight += len(growth) - len(self._known.pop(key, ()))
            self._known[key] = growth
            while self._weight > MOST_BUCKETS and len(self._known) > 1:
                self._weight -= len(self._known.pop(next(iter(self._known))))


GROWTHS = Growths()


def _mark(row: Row | None) -> Mark:
    return row.mark if row else None
