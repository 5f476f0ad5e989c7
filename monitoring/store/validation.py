"""Which points of a batch can be recorded, and why the others cannot. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.catalogue import METRICS, Kind
from monitoring.histogram import HIGHEST_INDEX, LOWEST_INDEX, Histogram
from monitoring.store.identity import InvalidSeriesError, series_key
from monitoring.store.points import Point, Rejection
from monitoring.store.resolutions import MINUTE_MS

MAX_FUTURE_MS = 5 * MINUTE_MS
# Sums of any number of such values stay finite, and of such counts within 64 bits.
MAX_MAGNITUDE = 1e200
MAX_COUNT = 2**40
_KIND_BY_METRIC = {name: metric.kind for name, metric in METRICS.items()}


@dataclass(frozen=True, slots=True)
class ValidPoint:
    """A point that passed. `value` of a histogram is its mean."""

    index: int
    key: str
    point: Point
    value: float
    histogram: Histogram | None


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
    key = _key(point)
    _check_time(point.time_ms, now_ms, oldest_ms)
    value = point.value
    if _KIND_BY_METRIC[point.metric] is Kind.HISTOGRAM:
        histogram = _checked_histogram(value)
        return ValidPoint(index, key, point, histogram.sum / histogram.count, histogram)
    return ValidPoint(index, key, point, _checked_number(value), None)


def _key(point: Point) -> str:
    if not isinstance(point.metric, str):
        raise _InvalidPointError("the metric's name is not a string")
    if not isinstance(point.labels, Mapping):
        raise _InvalidPointError("labels are not an object of strings")
    try:
        return series_key(point.metric, tuple(point.labels.items()))
    except TypeError:  # unhashable, so not a string
        raise _InvalidPointError("a label's name or value is not a string") from None


def _check_time(time_ms: int, now_ms: int, oldest_ms: int) -> None:
    if not _is_integer(time_ms):
        raise _InvalidPointError("the time is not a whole number of milliseconds")
    if time_ms > now_ms + MAX_FUTURE_MS:
        raise _InvalidPointError("the time is more than 5 minutes in the future")
    if time_ms < oldest_ms:
        raise _InvalidPointError("the time is older than raw points are kept")


def _checked_number(value: object) -> float:
    if isinstance(value, Histogram):
        raise _InvalidPointError("a histogram, but the metric's values are numbers")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _InvalidPointError("the value is not a number")
    if not abs(value) <= MAX_MAGNITUDE:  # not a number at all compares false
        finite = isinstance(value, int) or math.isfinite(value)
        raise _InvalidPointError("the value is too large" if finite else "the value is not finite")
    return float(value)


def _checked_histogram(value: object) -> Histogram:
    if not isinstance(value, Histogram):
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
    return all(_is_integer(each) and low <= each <= high for each in numbers)  # type: ignore[operator]


def _is_integer(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
