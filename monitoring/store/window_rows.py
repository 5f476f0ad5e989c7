"""What windows are made of: blocks, histograms of the head as they are, and what has only values
added up step by step.

One statement sees blocks and head as they were at one moment, while a compaction may be moving
points from the one to the other. What is wanted are rows of it: it is planned in the same time
however many parts there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from monitoring.catalogue import HISTOGRAMS
from monitoring.store.dialect import among, among_rows, as_list
from monitoring.store.points import Bucket, SeriesRef
from monitoring.store.resolutions import Resolution, floor_to

Row = tuple[Any, ...]
"""time_ms, sum, data, part, series_id, and 1 for a block or 0; then count, minimum and maximum.
Where there are data, they are all that is said."""


@dataclass(frozen=True, slots=True)
class Part:
    """What to read for one caller. Steps count from `origin_ms`."""

    series: Sequence[SeriesRef]
    resolution: Resolution
    start_ms: int
    end_ms: int
    step_ms: int
    origin_ms: int = 0


def bucket_of_sum(row: Row, part: Part) -> Bucket:
    """Of a row without data."""
    time_ms, total, _data, _part, _id, _is_block, count, low, high = row
    return Bucket(time_ms - (time_ms - part.origin_ms) % part.step_ms, count, total, low, high)


def window_rows(parts: Sequence[Part]) -> list[Row]:
    """In no order, but mostly those of a part and a series in a row."""
    wanted, parameters = [], []
    for number, part in enumerate(parts):
        first_ms = floor_to(part.start_ms, part.resolution.period_ms)
        times = first_ms, part.start_ms, part.end_ms, part.step_ms, part.origin_ms
        timed = [each.id for each in part.series if each.metric in HISTOGRAMS]
        summed = [each.id for each in part.series if each.metric not in HISTOGRAMS]
        for ids, is_summed in ((timed, 0), (summed, 1)):
            if ids:
                listed, parameter = as_list(ids)
                wanted.append(f"(%s, {listed}, %s, %s, %s, %s, %s, %s, %s)")
                parameters += [number, parameter, is_summed, part.resolution.ms, *times]
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH wanted ({_COLUMNS}) AS (VALUES {', '.join(wanted)}){_found()}", parameters
        )
        rows: list[Row] = cursor.fetchall()
        return rows


_COLUMNS = "part, ids, is_summed, resolution, first_ms, from_ms, until_ms, step_ms, origin_ms"


def _found() -> str:
    # What is asked for may all be in the head: a long block is not unpacked for nothing.
    sealed = (
        f"SELECT id FROM monitoring_series WHERE {among('id', 'ids')}"  # noqa: S608
        " AND sealed_until_ms > from_ms"
    )
    in_head = (
        " FROM wanted CROSS JOIN monitoring_point"
        f" WHERE {among('series_id', 'ids')} AND time_ms >= from_ms AND time_ms < until_ms"
    )
    # First what has all columns: their types are taken from it.
    return (
        " SELECT MIN(time_ms), SUM(value), NULL, part, series_id, 0,"  # noqa: S608
        " COUNT(*), MIN(value), MAX(value)"
        f"{in_head} AND is_summed = 1"
        " GROUP BY part, series_id, (time_ms - origin_ms) / step_ms"
        " UNION ALL SELECT start_ms, NULL, data, part, series_id, 1, NULL, NULL, NULL"
        " FROM wanted CROSS JOIN monitoring_block"
        f" WHERE {among_rows('series_id', sealed)} AND resolution_ms = resolution"
        " AND start_ms >= first_ms AND start_ms < until_ms"
        " UNION ALL SELECT time_ms, NULL, histogram, part, series_id, 0, NULL, NULL, NULL"
        f"{in_head} AND is_summed = 0"
    )
