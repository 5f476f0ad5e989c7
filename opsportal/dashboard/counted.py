"""Requests over days and years, from the store's running totals: the difference of two rows costs
the same however long the stretch is. Pure; `reading` brings the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitoring.store import Bucket, SeriesRef, Window
from monitoring.store.running import FINE_FOR_MS, FINE_MS, HOURLY_FOR_MS
from opsportal.dashboard.growth import GROWTHS, Growth, Row
from opsportal.dashboard.ranges import DAY_MS, HOUR_MS

# Shorter ones are read from the points: rows stand at every five minutes of the last hours, before
# that at whole hours, long ago at midnight. A row that stands further off would count too much.
SHORTEST_MS = HOUR_MS
BY_HOUR_MS = 6 * HOUR_MS
LONG_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time; in steps of whole days, rows stand at their ends, too."""

    start_ms: int
    end_ms: int
    step_ms: int

    @property
    def by_day(self) -> bool:
        return self.step_ms % DAY_MS == 0

    @property
    def first_ms(self) -> int:
        return self.start_ms - self.start_ms % self.step_ms

    @property
    def moments(self) -> set[int]:
        """Of the rows that are of use, if they are there."""
        edges = {*_before(self.start_ms), *_after(self.end_ms)}
        return edges | set(range(self.first_ms, self.end_ms, self.step_ms) if self.by_day else ())


@dataclass(frozen=True, slots=True)
class Counted:
    """A window of one bucket for each series that counted something. What comes after `until_ms` is
    still to be read from the points."""

    start_ms: int
    until_ms: int
    windows: Sequence[Window]


class Counts:
    """The rows of some moments, and the newest."""

    def __init__(self, rows: Mapping[int, bytes]) -> None:
        self._rows = {time_ms: Row(time_ms, data) for time_ms, data in rows.items()}
        self.newest_ms = max(rows, default=None)

    def cover(self, stretch: Stretch, by_hour_ms: int = BY_HOUR_MS) -> bool:
        """Whether rows say what was counted then; by the hour if it is as long as `by_hour_ms`.
        Where none is before it, nothing had been counted: rows are made from the first request
        on."""
        if self.newest_ms is None or self.newest_ms <= stretch.start_ms:
            return False
        length_ms, ago_ms = stretch.end_ms - stretch.start_ms, self.newest_ms - stretch.start_ms
        return (
            length_ms >= LONG_MS
            or (length_ms >= by_hour_ms and ago_ms <= HOURLY_FOR_MS - DAY_MS)
            or (length_ms >= SHORTEST_MS and ago_ms <= FINE_FOR_MS)
        )

    def over(self, series: Sequence[SeriesRef], stretch: Stretch) -> Counted:
        """Only where they `cover` it."""
        known = [time_ms for time_ms in _before(stretch.start_ms) if time_ms in self._rows]
        start_ms = known[0] if known else stretch.start_ms - stretch.start_ms % HOUR_MS
        ends = [time_ms for time_ms in _after(stretch.end_ms) if time_ms in self._rows]
        until_ms = ends[0] if ends else self.newest_ms or start_ms
        found = self._between(start_ms, until_ms, [each.id for each in series])
        windows = [Window(each, HOUR_MS, [found[each.id]]) for each in series if each.id in found]
        return Counted(start_ms, until_ms, windows)

    def by_day(self, series: Sequence[SeriesRef], stretch: Stretch) -> list[Window]:
        """A window for each series; the last step ends at the newest row."""
        newest_ms = self.newest_ms or 0
        steps = range(stretch.first_ms, stretch.end_ms + stretch.step_ms, stretch.step_ms)
        moments = [*(each for each in steps if each < newest_ms), newest_ms]
        ids = [each.id for each in series]
        buckets: dict[int, list[Bucket]] = {each: [] for each in ids}
        for start_ms, end_ms in pairwise(moments):
            if start_ms < stretch.end_ms:
                for series_id, bucket in self._between(start_ms, end_ms, ids).items():
                    buckets[series_id].append(bucket)
        return [Window(each, DAY_MS, buckets[each.id]) for each in series]

    def _between(self, start_ms: int, end_ms: int, ids: Sequence[int]) -> Growth:
        return GROWTHS.between(start_ms, self._rows.get(start_ms), self._rows.get(end_ms), ids)


NO_COUNTS = Counts({})

_GRAINS_MS = (FINE_MS, HOUR_MS, DAY_MS)


def _before(time_ms: int) -> list[int]:
    """The five minutes, the whole hour and the whole day at or before it."""
    return [time_ms - time_ms % grain_ms for grain_ms in _GRAINS_MS]


def _after(time_ms: int) -> list[int]:
    return [time_ms + -time_ms % grain_ms for grain_ms in _GRAINS_MS]
