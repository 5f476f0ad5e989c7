"""latest and window: what the store knows of the series that a selector matches."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from django.db import connection

from monitoring.store.blocks import decode
from monitoring.store.dialect import among, among_rows, as_list
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
from monitoring.store.resolutions import RAW, Resolution, ceil_to, floor_to
from monitoring.store.retention import Reach, reach_once, resolution_for
from monitoring.store.samples import aggregate, joined
from monitoring.store.series import exact_series, matching_series, series_by_id, series_of


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
    spans = [_span(each, now_ms, reached) for each in requests]
    found = _read([(each.series, *span) for each, span in zip(requests, spans, strict=True)])
    return [
        [
            Window(each, span[0].ms, _buckets(found.get((part, each.id)), request, span, of_rows))
            for each in request.series
        ]
        for part, (request, span) in enumerate(zip(requests, spans, strict=True))
    ]


def _span(
    request: WindowRequest, now_ms: int, reached: Callable[[], Reach]
) -> tuple[Resolution, int, int]:
    if request.step_ms <= 0 or request.end_ms <= request.start_ms:
        raise ValueError("a window needs a positive step and an end after its start")
    start = floor_to(request.start_ms, request.step_ms)
    if not request.series:
        # How far back anything is kept need not be asked.
        return RAW, start, request.end_ms
    resolution = resolution_for(start, request.step_ms, now_ms, reached)
    # Where only rollups coarser than the step are left, the first one may begin before the start.
    end = request.end_ms if request.exact else ceil_to(request.end_ms, request.step_ms)
    return resolution, floor_to(start, resolution.ms), end


_Part = tuple[Sequence[SeriesRef], Resolution, int, int]
_Row = tuple[int, float, bytes, int, int, int]
"""time_ms, value, data, part, series_id, and 1 for a block or 0"""
_TIME, _WHOSE = itemgetter(0), itemgetter(3, 4, 5)


# A step that all that is asked for lies in.
_LONGEST_MS = 2**60


@dataclass(slots=True)
class _Found:
    """Of one series in one part."""

    blocks: list[_Row] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)


def _buckets(
    found: _Found | None,
    request: WindowRequest,
    span: tuple[Resolution, int, int],
    of_rows: BucketsOfRows,
) -> list[Bucket]:
    if found is None:
        return []
    _, start_ms, end_ms = span
    steps = (_LONGEST_MS, start_ms) if request.whole else (request.step_ms, 0)
    new = of_rows(sorted(found.rows, key=_TIME), *steps) if found.rows else []
    if not found.blocks:
        return new
    blocks = [decode(row[2]) for row in sorted(found.blocks, key=_TIME)]
    old = aggregate(joined(blocks), start_ms, end_ms, *steps)
    if old and new and old[-1].time_ms == new[0].time_ms:
        new = [added([old.pop(), new[0]]), *new[1:]]
    return old + new


def _read(parts: Sequence[_Part]) -> dict[tuple[int, int], _Found]:
    """By part and series; of those that have anything."""
    found: dict[tuple[int, int], _Found] = defaultdict(_Found)
    # Mostly in a row, because indexes are by series: so they are not looked at one by one.
    for (part, series_id, is_block), rows in groupby(_rows(parts), key=_WHOSE):
        each = found[part, series_id]
        (each.blocks if is_block else each.rows).extend(rows)
    return found


def _rows(parts: Sequence[_Part]) -> list[_Row]:
    """One statement sees blocks and head as they were at one moment, while a compaction may be
    moving points from the one to the other. What is wanted are rows of it: it is planned in the
    same time however many parts there are."""
    wanted, parameters = [], []
    for number, (series, resolution, start_ms, end_ms) in enumerate(parts):
        if series:
            listed, ids = as_list([each.id for each in series])
            wanted.append(f"(%s, {listed}, %s, %s, %s, %s)")
            first_ms = floor_to(start_ms, resolution.period_ms)
            parameters += [number, ids, resolution.ms, first_ms, start_ms, end_ms]
    if not wanted:
        return []
    # What is asked for may all be in the head: a long block is not unpacked for nothing.
    sealed = (
        f"SELECT id FROM monitoring_series WHERE {among('id', 'ids')}"  # noqa: S608
        " AND sealed_until_ms > from_ms"
    )
    statement = (
        "WITH wanted (part, ids, resolution, first_ms, from_ms, until_ms)"  # noqa: S608
        f" AS (VALUES {', '.join(wanted)})"
        " SELECT start_ms, 0.0, data, part, series_id, 1 FROM wanted CROSS JOIN monitoring_block"
        f" WHERE {among_rows('series_id', sealed)} AND resolution_ms = resolution"
        " AND start_ms >= first_ms AND start_ms < until_ms"
        " UNION ALL SELECT time_ms, value, histogram, part, series_id, 0"
        " FROM wanted CROSS JOIN monitoring_point"
        f" WHERE {among('series_id', 'ids')} AND time_ms >= from_ms AND time_ms < until_ms"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[_Row] = cursor.fetchall()
        return rows
