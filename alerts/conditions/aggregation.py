"""One value of many buckets."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.histogram import Histogram
from monitoring.store import Bucket

_PERCENTILES = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0}


def aggregate(how: str, buckets: Sequence[Bucket]) -> float | None:
    """None without data, except for `absent`: 1 without data, else 0."""
    if how == "absent":
        return 0.0 if buckets else 1.0
    if not buckets:
        return None
    if how == "last":
        return buckets[-1].mean
    if how == "max":
        return max(each.max for each in buckets)
    if how == "min":
        return min(each.min for each in buckets)
    if how in _PERCENTILES:
        return _percentile(buckets, _PERCENTILES[how])
    if how == "rate":
        return _rate(buckets)
    return sum(each.sum for each in buckets) / sum(each.count for each in buckets)


def _percentile(buckets: Sequence[Bucket], percent: float) -> float:
    """Of histograms the merged one's; of plain points that of the buckets' means."""
    merged = Histogram()
    for each in buckets:
        if each.histogram is not None:
            merged.merge(each.histogram)
    found = merged.percentile(percent)
    if found is not None:
        return found
    ordered = sorted(each.mean for each in buckets)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _rate(buckets: Sequence[Bucket]) -> float | None:
    """Change a second, from the first bucket to the last."""
    first, last = buckets[0], buckets[-1]
    seconds = (last.time_ms - first.time_ms) / 1000
    return (last.mean - first.mean) / seconds if seconds else None
