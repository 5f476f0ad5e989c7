"""Which points of a batch can be recorded, and why the others cannot. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from monitoring.catalogue import HISTOGRAMS
from monitoring.histogram import HIGHEST_INDEX, LOWEST_INDEX, Histogram
from monitoring.store.identity import InvalidSeriesError, series_key
from monitoring.store.points import Point, Rejection
from monitoring.store.resolutions import MINUTE_MS

MAX_FUTURE_MS = 5 * MINUTE_MS
# Sums of any number of such values stay finite, and of such counts within 64 bits.
MAX_MAGNITUDE = 1e200
MAX_COUNT = 2**40


class ValidPoint(NamedTuple):
    """Point `place` of its batch, with its series' key. `value` of a histogram is its mean."""

    place: int
    key: str
    time_ms: int
    value: float
    histogram: Histogram | None
    point: Point


class _InvalidPointError(ValueError):
    pass


def validate(
    points: Sequence[Point], now_ms: int, oldest_ms: int
) -> tuple[list[ValidPoint], list[Rejection]]:
    valid, rejected = [], []
    for index, point in enumerate(points):
        try:
            valid.append(_valid(index, point, now_ms, oldest_ms))
        except (InvalidSeriesError, _InvalidPointError) as error:
            rejected.append(Rejection(index, str(error)))
    return valid, rejected


def _valid(index: int, point: Point, now_ms: int, oldest_ms: int) -> ValidPoint:
    key, time_ms, value = _key(point), point.time_ms, point.value
    if type(time_ms) is not int or not oldest_ms <= time_ms <= now_ms + MAX_FUTURE_MS:
        raise _InvalidPointError(_wrong_time(time_ms, now_ms))
    if point.metric in HISTOGRAMS:
        histogram = _checked_histogram(value)
        mean = histogram.sum / histogram.count
        return ValidPoint(index, key, time_ms, mean, histogram, point)
    return ValidPoint(index, key, time_ms, _checked_number(value), None, point)


def _key(point: Point) -> str:
    if not isinstance(point.metric, str):
        raise _InvalidPointError("the metric's name is not a string")
    if not isinstance(point.labels, (dict, Mapping)):
        raise _InvalidPointError("labels are not an object of strings")
    try:
        return series_key(point.metric, tuple(point.labels.items()))
    except TypeError:  # unhashable, so not a string
        raise _InvalidPointError("a label's name or value is not a string") from None


def _wrong_time(time_ms: object, now_ms: int) -> str:
    if type(time_ms) is not int:
        return "the time is not a whole number of milliseconds"
    if time_ms > now_ms:
        return "the time is more than 5 minutes in the future"
    return "the time is older than raw points are kept"


def _checked_number(value: object) -> float:
    if type(value) is float and abs(value) <= MAX_MAGNITUDE:
        return value
    if isinstance(value, Histogram):
        raise _InvalidPointError("a histogram, but the metric's values are numbers")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _InvalidPointError("the value is not a number")
    if not abs(value) <= MAX_MAGNITUDE:  # not a number at all compares false
        finite = isinstance(value, int) or math.isfinite(value)
        raise _InvalidPointError("the value is too large" if finite else "the value is not finite")
    return float(value)


def _checked_histogram(value: object) -> Histogram:
    if not isinstance(value, Histogram) or not isinstance(value.buckets, dict):
        raise _InvalidPointError("not a histogram, which the metric's values are")
    counts = (value.count, value.zero_count, *value.buckets.values())
    if not _are_integers(counts, 0, MAX_COUNT) or not value.count:
        raise _InvalidPointError("the histogram is empty or has counts that are not whole numbers")
    if not _are_integers(value.buckets, LOWEST_INDEX, HIGHEST_INDEX):
        raise _InvalidPointError("the histogram has bucket indexes out of range")
    if sum(counts[1:]) != value.count:
        raise _InvalidPointError("the histogram's count is not the sum of its buckets")
    for number in (value.sum, value.min, value.max):
        _checked_number(number)
    if value.min > value.max:
        raise _InvalidPointError("the histogram's minimum is above its maximum")
    return value


def _are_integers(numbers: Iterable[object], low: int, high: int) -> bool:
    return all(type(each) is int and low <= each <= high for each in numbers)
