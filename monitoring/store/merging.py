"""Several series as one: counts, sums and histograms add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    time_ms = buckets[0].time_ms
    histograms = [each.histogram for each in buckets if each.histogram]
    if len(histograms) == len(buckets):
        # These know count, sum, minimum and maximum themselves.
        whole = histograms[0].copy()
        for each in histograms[1:]:
            whole.merge(each)
        return bucket_of(time_ms, whole)
    return Bucket(
        time_ms,
        sum(each.count for each in buckets),
        sum(each.sum for each in buckets),
        min(each.min for each in buckets),
        max(each.max for each in buckets),
    )
