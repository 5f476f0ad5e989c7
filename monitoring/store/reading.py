"""latest and window: what the store knows of the series that a selector matches."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.db import connection

from monitoring.store.blocks import decode
from monitoring.store.dialect import any_of
from monitoring.store.head import samples_of_rows
from monitoring.store.points import (
    LatestPoint,
    Selector,
    SeriesRef,
    Window,
    WindowRequest,
)
from monitoring.store.resolutions import Resolution, ceil_to, floor_to
from monitoring.store.retention import Reach, reach_once, resolution_for
from monitoring.store.samples import Samples, aggregate, joined
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


def windows_of_each(
    requests: Sequence[WindowRequest],
    *,
    now_ms: int | None = None,
    reached: Callable[[], Reach] | None = None,
) -> list[list[Window]]:
    """Several readings in one statement. `reached` (of `reach_once`) saves a query where one look
    at the store takes more than one call."""
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    reached = reached or reach_once(now_ms)
    spans = [_span(each, now_ms, reached) for each in requests]
    samples = _read([(each.series, *span) for each, span in zip(requests, spans, strict=True)])
    return [
        [
            Window(
                series,
                resolution.ms,
                aggregate(found[series.id], start, end, each.step_ms) if series.id in found else [],
            )
            for series in each.series
        ]
        for each, (resolution, start, end), found in zip(requests, spans, samples, strict=True)
    ]


def _span(
    request: WindowRequest, now_ms: int, reached: Callable[[], Reach]
) -> tuple[Resolution, int, int]:
    if request.step_ms <= 0 or request.end_ms <= request.start_ms:
        raise ValueError("a window needs a positive step and an end after its start")
    start = floor_to(request.start_ms, request.step_ms)
    resolution = resolution_for(start, request.step_ms, now_ms, reached)
    # Where only rollups coarser than the step are left, the first one may begin before the start.
    end = request.end_ms if request.exact else ceil_to(request.end_ms, request.step_ms)
    return resolution, floor_to(start, resolution.ms), end


_Part = tuple[Sequence[SeriesRef], Resolution, int, int]


def _read(parts: Sequence[_Part]) -> list[dict[int, Samples]]:
    """For each part, blocks and head joined, of each series that has any."""
    pieces: list[dict[int, list[Samples]]] = [{} for _ in parts]
    heads: list[dict[int, list[tuple[int, float, bytes]]]] = [{} for _ in parts]
    for part, series_id, time_ms, value, data, sealed in _rows(parts):
        if sealed:
            pieces[part].setdefault(series_id, []).append(decode(data))
        else:
            heads[part].setdefault(series_id, []).append((time_ms, value, data))
    for found, head in zip(pieces, heads, strict=True):
        for series_id, rows in head.items():
            found.setdefault(series_id, []).append(samples_of_rows(rows))
    return [{series_id: joined(each) for series_id, each in found.items()} for found in pieces]


def _rows(parts: Sequence[_Part]) -> list[tuple[int, int, int, float, bytes, int]]:
    """Part, series id, time, value, data and whether it is a block; in order of time.

    One statement sees blocks and head as they were at one moment, while a compaction may be moving
    points from the one to the other.
    """
    statements, parameters = [], []
    for number, (series, resolution, start_ms, end_ms) in enumerate(parts):
        if not series:
            continue
        condition, parameter = any_of("series_id", [each.id for each in series])
        statements.append(
            f"SELECT {number}, series_id, start_ms, 0.0, data, 1 FROM monitoring_block"  # noqa: S608
            f" WHERE {condition} AND resolution_ms = %s AND start_ms >= %s AND start_ms < %s"
            # What is asked for may all be in the head: a long block is not unpacked for nothing.
            " AND EXISTS (SELECT 1 FROM monitoring_series WHERE id = series_id"
            " AND sealed_until_ms > %s)"
            f" UNION ALL SELECT {number}, series_id, time_ms, value, histogram, 0"
            f" FROM monitoring_point WHERE {condition} AND time_ms >= %s AND time_ms < %s"
        )
        parameters += [
            *(parameter, resolution.ms, floor_to(start_ms, resolution.period_ms), end_ms, start_ms),
            *(parameter, start_ms, end_ms),
        ]
    if not statements:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), parameters)
        return sorted(cursor.fetchall(), key=lambda row: row[2])
