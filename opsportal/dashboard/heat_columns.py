"""The columns of the heat map, of which all but the last are over: what was made of them is known
by what they are made of, which is the same objects from one look to the next (`past`)."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from opsportal.dashboard.past import Counts

# Of five ranges; about 4 kB each.
MOST_KNOWN = 500

Bands = tuple[int, int, int]
"""The first bucket, how many make a band, and how many bands there are."""


class Column:
    """Requests of some steps by the bucket of their time."""

    def __init__(self, parts: Sequence[Counts]) -> None:
        # Kept, so that no other ones get their ids.
        self.parts = parts
        self.counts: dict[int, int] = {}
        for part in parts:
            for index, count in part.items():
                self.counts[index] = self.counts.get(index, 0) + count
        self._bands: tuple[Bands, list[int]] | None = None

    def in_bands(self, bands: Bands) -> list[int]:
        """Not to be changed: others may be told the same."""
        if self._bands is None or self._bands[0] != bands:
            first, width, count = bands
            found = [0] * count
            for index, number in self.counts.items():
                found[(index - first) // width] += number
            self._bands = bands, found
        return self._bands[1]


class Columns:
    """The ones asked for longest ago are forgotten first."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], Column] = {}
        self._lock = threading.Lock()

    def of(self, parts: Sequence[Counts]) -> Column:
        key = tuple(map(id, parts))
        with self._lock:
            column = self._known.pop(key, None) or Column(parts)
            self._known[key] = column
            while len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        return column

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


COLUMNS = Columns()
