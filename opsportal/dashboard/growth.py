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
Key = tuple[int, Mark, Mark, tuple[int, ...]]


class Row:
    """As it was read; its histograms are made when somebody asks for them."""

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
        self._lock = threading.Lock()

    def between(
        self, start_ms: int, earlier: Row | None, later: Row | None, ids: Collection[int]
    ) -> Growth:
        """Of the series `ids`; nothing had been counted where there is no row."""
        key = (start_ms, _mark(earlier), _mark(later), tuple(ids))
        known = self._known.get(key)
        if known is None:
            totals = [row.packed.unpack(ids) if row else {} for row in (earlier, later)]
            grown = between(*totals)
            known = {each: bucket_of(start_ms, histogram) for each, histogram in grown.items()}
        self._remember(key, known)
        return known

    def clear(self) -> None:
        with self._lock:
            self._known.clear()

    def _remember(self, key: Key, growth: Growth) -> None:
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = growth
            weight = sum(map(len, self._known.values()))
            while weight > MOST_BUCKETS and len(self._known) > 1:
                weight -= len(self._known.pop(next(iter(self._known))))


GROWTHS = Growths()


def _mark(row: Row | None) -> Mark:
    return row.mark if row else None
