"""Buckets added up never change what they were made of."""

from monitoring.histogram import Histogram
from monitoring.store import Bucket, SeriesRef, Window
from opsportal.dashboard.folding import MergedSteps, folded


def bucket(time_ms: int, *values: float) -> Bucket:
    one = Histogram.of(values)
    return Bucket(time_ms, one.count, one.sum, one.min, one.max, one)


def window(*buckets: Bucket) -> Window:
    return Window(SeriesRef(1, "http_response_time_ms", {}), 1, list(buckets))


def test_short_steps_are_added_to_the_last_long_one() -> None:
    long = [bucket(0, 1.0), bucket(100, 2.0)]
    whole = folded(long, [bucket(120, 3.0), bucket(210, 4.0)], 100)
    assert [(each.time_ms, each.count) for each in whole] == [(0, 1), (100, 2), (200, 1)]
    assert [each.count for each in long] == [1, 1]
    assert whole[0] is long[0]


def test_the_same_buckets_are_merged_once_and_others_for_themselves() -> None:
    merge = MergedSteps()
    one, other = bucket(0, 1.0, 2.0), bucket(0, 3.0)
    first = merge([window(one), window(other)])
    assert merge([window(one), window(other)])[0] is first[0]
    assert first == [bucket(0, 1.0, 2.0, 3.0)]
    assert merge([window(one), window(bucket(0, 3.0))])[0] is not first[0]
    assert one == bucket(0, 1.0, 2.0)
