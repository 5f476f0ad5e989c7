"""Several series as one: counts, sums and histograms add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitoring.histogram import Histogram
from monitoring.store.points import Bucket, Window, bucket_of


def merge_windows(windows: Iterable[Window]) -> list[Bucket]:
    """Step by step."""
    by_time: dict[int, list[Bucket]] = {}
    for each in windows:
        for bucket in each.buckets:
            by_time.setdefault(bucket.time_ms, []).append(bucket)
    return [added(by_time[time_ms]) for time_ms in sorted(by_time)]


def added(buckets: Sequence[Bucket]) -> Bucket:
    """A bucket of all of them, at least one, at the time of the first. None of them changes, whose
    windows their readers may still use; nor does what is returned where it is one of them."""
    if len(buckets) == 1:
        return buckets[0]
    first, *others = buckets
    if all(each.histogram for each in buckets):
        return _with_histograms(first, others)
    return Bucket(
        first.time_ms,
        sum(each.count for each in buckets),
        sum(each.sum for each in buckets),
        min(each.min for each in buckets),
        max(each.max for each in buckets),
    )


def _with_histograms(first: Bucket, others: Sequence[Bucket]) -> Bucket:
    """These know count, sum, minimum and maximum themselves."""
    whole = first.histogram.copy() if first.histogram else Histogram()
    for each in others:
        if each.histogram:
            whole.merge(each.histogram)
    return bucket_of(first.time_ms, whole)
