"""The head: recent points as rows, one each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper

from monitoring.histogram import Histogram, sum_of
from monitoring.store.dialect import any_of, insert_points
from monitoring.store.points import Bucket, bucket_of
from monitoring.store.samples import Samples
from monitoring.store.sealing import Growth

HeadPoint = tuple[int, int, float, Histogram | None]
"""series_id, time_ms, value, histogram; a series has either all or none of its histograms"""
HeadRow = tuple[Any, ...]
"""time_ms, value, histogram of one series, as they are stored; and whatever else"""


def write_head(cursor: CursorWrapper, points: Sequence[HeadPoint], *, replacing: bool) -> None:
    """No series and time twice; rows of the same ones are there only where `replacing`."""
    rows = [
        (series_id, time_ms, value, histogram.to_bytes() if histogram else None)
        for series_id, time_ms, value, histogram in points
    ]
    if rows:
        insert_points(cursor, rows, replacing=replacing)


def head_point(series_id: int, time_ms: int, value: float, data: bytes | None) -> HeadPoint:
    """From the columns of a row."""
    histogram = None if data is None else Histogram.from_bytes(bytes(data))
    return series_id, time_ms, value, histogram


def read_head(
    cursor: CursorWrapper, series_ids: Sequence[int], before_ms: int
) -> dict[int, list[HeadPoint]]:
    """By series id, in no order."""
    condition, parameter = any_of("series_id", series_ids)
    cursor.execute(
        "SELECT series_id, time_ms, value, histogram FROM monitoring_point"  # noqa: S608
        f" WHERE {condition} AND time_ms < %s",
        [parameter, before_ms],
    )
    found: dict[int, list[HeadPoint]] = {}
    for series_id, time_ms, value, data in cursor.fetchall():
        found.setdefault(series_id, []).append(head_point(series_id, time_ms, value, data))
    return found


def samples_of(points: Iterable[HeadPoint]) -> Samples:
    """The points of one series, given in any order."""
    ordered = sorted(points, key=lambda point: point[1])
    times = [point[1] for point in ordered]
    histograms = [point[3] for point in ordered if point[3] is not None]
    if histograms:
        return Samples.of_histograms(times, histograms)
    return Samples.of_values(times, [point[2] for point in ordered])


def buckets_of_rows(rows: Sequence[HeadRow], step_ms: int, origin_ms: int = 0) -> list[Bucket]:
    """As `aggregate`, of all rows of one series of histograms by time: without making one of each
    of thousands of rows."""
    if len(rows) == 1:
        time_ms, _value, data, *_ = rows[0]
        return [bucket_of(time_ms - (time_ms - origin_ms) % step_ms, Histogram.from_bytes(data))]
    times = [row[0] for row in rows]
    packed = [row[2] for row in rows]
    place, stop = 0, len(times)
    buckets = []
    while place < stop:
        time_ms = times[place] - (times[place] - origin_ms) % step_ms
        following = bisect_left(times, time_ms + step_ms, place, stop)
        buckets.append(bucket_of(time_ms, sum_of(packed[place:following])))
        place = following
    return buckets


def histogram_growth(cursor: CursorWrapper, points: Sequence[HeadPoint]) -> dict[int, Growth]:
    """By series id, before the points are written: what they add to those they replace."""
    fresh = {(point[0], point[1]): point[3] for point in points if point[3] is not None}
    if not fresh:
        return {}
    growth: dict[int, Growth] = {}
    for (series_id, _time), histogram in fresh.items():
        grown = Growth(histogram.count, histogram.sum)
        growth[series_id] = growth.get(series_id, Growth()) + grown
    for series_id, histogram in _replaced(cursor, fresh):
        growth[series_id] += Growth(-histogram.count, -histogram.sum)
    return growth


def _replaced(
    cursor: CursorWrapper, places: Iterable[tuple[int, int]]
) -> list[tuple[int, Histogram]]:
    wanted = set(places)
    times = [time for _series_id, time in wanted]
    condition, parameter = any_of("series_id", {series_id for series_id, _time in wanted})
    cursor.execute(
        "SELECT series_id, time_ms, histogram FROM monitoring_point"  # noqa: S608
        f" WHERE {condition} AND time_ms BETWEEN %s AND %s AND histogram IS NOT NULL",
        [parameter, min(times), max(times)],
    )
    return [
        (series_id, Histogram.from_bytes(bytes(data)))
        for series_id, time_ms, data in cursor.fetchall()
        if (series_id, time_ms) in wanted
    ]
