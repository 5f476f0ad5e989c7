"""latest and window: what the store knows of the series that a selector matches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from monitoring.store.blocks import decode
from monitoring.store.head import HeadRow, buckets_of_rows
from monitoring.store.merging import added
from monitoring.store.points import (
    Bucket,
    LatestPoint,
    Selector,
    SeriesRef,
    Window,
    WindowRequest,
)
from monitoring.store.resolutions import RAW, ceil_to, floor_to
from monitoring.store.retention import Reach, reach_once, resolution_for
from monitoring.store.samples import aggregate, joined
from monitoring.store.series import exact_series, matching_series, series_by_id, series_of
from monitoring.store.window_rows import Part, Row, bucket_of_sum, window_rows


def latest(selector: Selector) -> list[LatestPoint]:
    """The last point of every matching series, however old it is."""
    return matching_series(selector)


def latest_of(metrics: Collection[str]) -> list[LatestPoint]:
    """The last point of every series of the metrics, in one query however many they are."""
    return series_of(metrics)


def latest_exact(wanted: Iterable[tuple[str, Mapping[str, str]]]) -> list[LatestPoint]:
    """The last point of the series of just these metrics and labels, in one query."""
    return exact_series(wanted)


def latest_by_id(ids: Collection[int]) -> list[LatestPoint]:
    """The last point of the series of these numbers, in one query."""
    return series_by_id(ids)


def window(
    selector: Selector, start_ms: int, end_ms: int, step_ms: int, *, now_ms: int | None = None
) -> list[Window]:
    """One window for each matching series, also where it has no bucket.

    The start is rounded down to a whole step, the end up; steps without points are absent.
    Raises ValueError for a step or a range that is not positive.
    """
    series = [each.series for each in matching_series(selector)]
    return windows_of(series, start_ms, end_ms, step_ms, now_ms=now_ms)


def windows_of(
    series: Sequence[SeriesRef],
    start_ms: int,
    end_ms: int,
    step_ms: int,
    *,
    now_ms: int | None = None,
) -> list[Window]:
    """As `window`, of series that `latest` has found: at most two queries however many they are."""
    request = WindowRequest(series, start_ms, end_ms, step_ms)
    return windows_of_each([request], now_ms=now_ms)[0]


BucketsOfRows = Callable[[Sequence[HeadRow], int, int], list[Bucket]]
"""As `buckets_of_rows`"""


def windows_of_each(
    requests: Sequence[WindowRequest],
    *,
    now_ms: int | None = None,
    reached: Callable[[], Reach] | None = None,
    of_rows: BucketsOfRows = buckets_of_rows,
) -> list[list[Window]]:
    """Several readings in one statement. `reached` (of `reach_once`) saves a query where one look
    at the store takes more than one call; `of_rows` may remember what it has made."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    reached = reached or reach_once(now_ms)
    parts = [_part(each, now_ms, reached) for each in requests]
    found = _read(parts)
    return [
        [
            Window(each, part.resolution.ms, _buckets(found.get((number, each.id)), part, of_rows))
            for each in part.series
        ]
        for number, part in enumerate(parts)
    ]


def _part(request: WindowRequest, now_ms: int, reached: Callable[[], Reach]) -> Part:
    series, start_ms, end_ms, step_ms, exact, whole = request
    if step_ms <= 0 or end_ms <= start_ms:
        raise ValueError("a window needs a positive step and an end after its start")
    start_ms = floor_to(start_ms, step_ms)
    # How far back anything is kept need not be asked where nothing is to be read.
    resolution = resolution_for(start_ms, step_ms, now_ms, reached) if series else RAW
    # Where only rollups coarser than the step are left, the first one may begin before the start.
    first_ms = floor_to(start_ms, resolution.ms)
    end_ms = end_ms if exact else ceil_to(end_ms, step_ms)
    steps = (_LONGEST_MS, first_ms) if whole else (step_ms, 0)
    return Part(series, resolution, first_ms, end_ms, *steps)


# A step that all that is asked for lies in.
_LONGEST_MS = 2**60
_TIME, _WHOSE = itemgetter(0), itemgetter(3, 4, 5)


@dataclass(slots=True)
class _Found:
    """Of one series in one part."""

    blocks: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def _buckets(found: _Found | None, part: Part, of_rows: BucketsOfRows) -> list[Bucket]:
    if found is None:
        return []
    new = _of_head(sorted(found.rows, key=_TIME), part, of_rows) if found.rows else []
    if not found.blocks:
        return new
    blocks = [decode(row[2], part.start_ms) for row in sorted(found.blocks, key=_TIME)]
    old = aggregate(joined(blocks), part.start_ms, part.end_ms, part.step_ms, part.origin_ms)
    if old and new and old[-1].time_ms == new[0].time_ms:
        new = [added([old.pop(), new[0]]), *new[1:]]
    return old + new


def _of_head(rows: list[Row], part: Part, of_rows: BucketsOfRows) -> list[Bucket]:
    if rows[0][2] is None:
        return [bucket_of_sum(row, part) for row in rows]
    return of_rows(rows, part.step_ms, part.origin_ms)


def _read(parts: Sequence[Part]) -> dict[tuple[int, int], _Found]:
    """By part and series; of those that have anything."""
    found: dict[tuple[int, int], _Found] = defaultdict(_Found)
    # Mostly in a row, because indexes are by series: so they are not looked at one by one.
    for (part, series_id, is_block), rows in groupby(window_rows(parts), key=_WHOSE):
        each = found[part, series_id]
        (each.blocks if is_block else each.rows).extend(rows)
    return found
