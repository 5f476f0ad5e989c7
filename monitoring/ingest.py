"""From the JSON of a pushed point to the store's Point: pure, and never an exception."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitoring.histogram import HIGHEST_INDEX, LOWEST_INDEX, SCALE, Histogram
from monitoring.store import Point

MAX_SCALE = 20
MAX_BUCKETS = 2_000
# Far enough for any date that the store could accept, and safe to multiply.
MAX_SECONDS = 1e11


class RefusedPointError(ValueError):
    """The message says what is wrong with the point."""


def parse_point(raw: object) -> Point:
    """Raises RefusedPointError. The store judges metric, labels, time and value afterwards."""
    if not isinstance(raw, Mapping):
        raise RefusedPointError("a point is an object with metric, labels, time and value")
    metric, labels = raw.get("metric"), raw.get("labels", {})
    if not isinstance(metric, str) or "\0" in metric:
        raise RefusedPointError("metric must be text")
    if not isinstance(labels, Mapping):
        raise RefusedPointError("labels must be an object of texts")
    if any(isinstance(value, str) and "\0" in value for value in labels.values()):
        raise RefusedPointError("a label holds a null byte")
    return Point(metric, labels, parse_time_ms(raw.get("time")), _value(raw))


def parse_time_ms(raw: object) -> int:
    """Unix seconds, or ISO 8601 with its time zone."""
    if isinstance(raw, str):
        try:
            moment = datetime.fromisoformat(raw)
        except ValueError:
            raise RefusedPointError("time is neither Unix seconds nor ISO 8601") from None
        if moment.tzinfo is None:
            raise RefusedPointError("time lacks its time zone, such as Z")
        return round(moment.timestamp() * 1000)
    seconds = _number(raw, "time")
    # Asked this way round, NaN is refused too.
    if not abs(seconds) <= MAX_SECONDS:
        raise RefusedPointError("time must be Unix seconds")
    return round(seconds * 1000)


def _value(raw: Mapping[str, Any]) -> float | Histogram:
    if "histogram" in raw:
        return parse_histogram(raw["histogram"])
    return _number(raw.get("value"), "value")


def parse_histogram(raw: object) -> Histogram:
    """Any scale from 3 up: finer buckets are merged into ours."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("buckets"), Mapping):
        raise RefusedPointError("histogram must be an object with count, sum and buckets")
    scale = _whole(raw.get("scale", SCALE), "histogram.scale", SCALE, MAX_SCALE)
    if len(raw["buckets"]) > MAX_BUCKETS:
        raise RefusedPointError(f"a histogram may have {MAX_BUCKETS} buckets")
    histogram = Histogram(
        count=_whole(raw.get("count"), "histogram.count", 1),
        sum=_finite(raw.get("sum"), "histogram.sum"),
        min=_finite(raw.get("min"), "histogram.min"),
        max=_finite(raw.get("max"), "histogram.max"),
        zero_count=_whole(raw.get("zero_count", 0), "histogram.zero_count"),
        buckets=_buckets(raw["buckets"], scale),
    )
    if histogram.zero_count + sum(histogram.buckets.values()) != histogram.count:
        raise RefusedPointError("histogram.count is not the sum of its buckets")
    if histogram.min > histogram.max:
        raise RefusedPointError("histogram.min is above histogram.max")
    return histogram


def _buckets(raw: Mapping[Any, Any], scale: int) -> dict[int, int]:
    buckets: dict[int, int] = {}
    for name, count in raw.items():
        try:
            index = int(str(name)[:12]) >> (scale - SCALE)
        except ValueError:
            raise RefusedPointError("a bucket's name is its index, a whole number") from None
        index = min(max(index, LOWEST_INDEX), HIGHEST_INDEX)
        buckets[index] = buckets.get(index, 0) + _whole(count, "a bucket's count")
    return buckets


def _number(raw: object, name: str) -> float:
    """A finite number or what the store will refuse by itself."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise RefusedPointError(f"{name} must be a number")
    try:
        return float(raw)
    except OverflowError:
        raise RefusedPointError(f"{name} is too large") from None


def _finite(raw: object, name: str) -> float:
    number = _number(raw, name)
    if not math.isfinite(number):
        raise RefusedPointError(f"{name} must be finite")
    return number


def _whole(raw: object, name: str, lowest: int = 0, highest: int = 2**62) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not lowest <= raw <= highest:
        raise RefusedPointError(f"{name} must be a whole number from {lowest} to {highest}")
    return raw
