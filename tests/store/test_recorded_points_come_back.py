"""Whatever is recorded comes back: in any order and batches, twice, late, around boundaries, before
and after compaction, at every resolution. A plain dictionary per series is the model."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.histogram import Histogram
from monitoring.models import Point as HeadRow
from monitoring.models import Series
from monitoring.store import Bucket, Point, Selector, compact, latest, record, window
from tests.store.clock import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, SECOND_MS

pytestmark = pytest.mark.django_db

GAUGE, TIMING = "cpu_percent", "http_response_time_ms"
STEPS = (7 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, DAY_MS)
RAW_KEPT_MS = 2 * DAY_MS


def _near_boundary() -> st.SearchStrategy[int]:
    """How long ago: one or two milliseconds around a whole step, up to 50 hours."""
    step = st.sampled_from([5 * MINUTE_MS, HOUR_MS, DAY_MS])
    near = st.tuples(step, st.integers(0, 600), st.integers(-2, 2))
    since_boundary = near.map(lambda each: (NOW_MS % each[0]) + each[0] * each[1] + each[2])
    return since_boundary.map(lambda age: age % (50 * HOUR_MS))


AGES = st.one_of(st.integers(0, 3 * HOUR_MS), st.integers(0, 50 * HOUR_MS), _near_boundary())
NUMBERS = st.one_of(
    st.integers(-1000, 1000).map(float),
    st.integers(-(10**6), 10**6).map(lambda number: number / 100),
    st.floats(-1e9, 1e9, allow_subnormal=False),
)
HISTOGRAMS = st.lists(st.floats(0, 1e5, allow_subnormal=False), min_size=1, max_size=5).map(
    Histogram.of
)
HOSTS = st.sampled_from("ab")
POINTS = st.one_of(
    st.tuples(st.just(GAUGE), HOSTS, AGES, NUMBERS),
    st.tuples(st.just(TIMING), HOSTS, AGES, HISTOGRAMS),
)
STEPS_TAKEN = st.one_of(
    st.lists(POINTS, min_size=1, max_size=30),
    st.just("compact"),
    st.integers(1, 90 * MINUTE_MS),  # so much time passes
)


@dataclass
class Model:
    now_ms: int = NOW_MS
    values: dict[tuple[str, str], dict[int, float | Histogram]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def record(self, points: list[Point]) -> int:
        """Returns how many it accepts."""
        kept = [each for each in points if each.time_ms >= self.now_ms - RAW_KEPT_MS]
        for point in kept:
            self.values[point.metric, point.labels["host"]][point.time_ms] = point.value
        return len(kept)

    def buckets(self, metric: str, host: str, start_ms: int, step_ms: int) -> list[Bucket]:
        groups: dict[int, list[float | Histogram]] = defaultdict(list)
        for time_ms, value in self.values.get((metric, host), {}).items():
            if start_ms <= time_ms:
                groups[time_ms // step_ms * step_ms].append(value)
        return [_bucket(time_ms, groups[time_ms]) for time_ms in sorted(groups)]


def _bucket(time_ms: int, values: list[float | Histogram]) -> Bucket:
    numbers = [each for each in values if not isinstance(each, Histogram)]
    if numbers:
        return Bucket(time_ms, len(numbers), math.fsum(numbers), min(numbers), max(numbers))
    merged = Histogram()
    for each in values:
        assert isinstance(each, Histogram)
        merged.merge(each)
    return Bucket(time_ms, merged.count, merged.sum, merged.min, merged.max, merged)


def _assert_same(found: list[Bucket], expected: list[Bucket]) -> None:
    assert [each.time_ms for each in found] == [each.time_ms for each in expected]
    assert [each.count for each in found] == [each.count for each in expected]
    for one, other in zip(found, expected, strict=True):
        # A sum of numbers of both signs is as exact as the largest of them allows.
        tolerance = 2**-20 * other.count * max(abs(other.min), abs(other.max))
        assert one.sum == pytest.approx(other.sum, rel=2**-20, abs=tolerance)
        assert one.min == pytest.approx(other.min, rel=2**-20)
        assert one.max == pytest.approx(other.max, rel=2**-20)
        assert (one.histogram is None) == (other.histogram is None)
        if one.histogram and other.histogram:
            _assert_same_histogram(one.histogram, other.histogram)


def _assert_same_histogram(found: Histogram, expected: Histogram) -> None:
    assert found.buckets == expected.buckets
    assert found.zero_count == expected.zero_count
    for percent in (0, 50, 95, 100):
        assert found.percentile(percent) == pytest.approx(expected.percentile(percent), rel=2**-20)


def _assert_store_is(model: Model) -> None:
    for metric in (GAUGE, TIMING):
        for step_ms in STEPS:
            # Raw points reach back as far as their retention, coarser steps over everything.
            age = RAW_KEPT_MS - step_ms if step_ms % (5 * MINUTE_MS) else 6 * DAY_MS
            start = (model.now_ms - age) // step_ms * step_ms
            windows = window(
                Selector(metric), start, model.now_ms + 1, step_ms, now_ms=model.now_ms
            )
            hosts = {host for name, host in model.values if name == metric}
            assert {each.series.labels["host"] for each in windows} == hosts
            for each in windows:
                host = each.series.labels["host"]
                _assert_same(each.buckets, model.buckets(metric, host, start, step_ms))


def _assert_latest_and_totals_are(model: Model) -> None:
    for (metric, host), values in model.values.items():
        (point,) = latest(Selector(metric, {"host": host}))
        newest = values[max(values)]
        assert point.time_ms == max(values)
        assert point.value == (newest.mean if isinstance(newest, Histogram) else newest)
        histograms = [each for each in values.values() if isinstance(each, Histogram)]
        series = Series.objects.get(pk=point.series.id)
        assert series.total_count == sum(each.count for each in histograms)
        assert series.total_sum == pytest.approx(
            sum(each.sum for each in histograms), abs=1e-6, rel=1e-9
        )


@pytest.mark.takes_long
@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS_TAKEN, min_size=1, max_size=8))
def test_what_was_recorded_comes_back(
    steps: list[list[tuple[str, str, int, float]] | str | int],
) -> None:
    Series.objects.all().delete()
    model = Model()
    for step in steps:
        if isinstance(step, int):
            model.now_ms += step
        elif isinstance(step, str):
            compact(now_ms=model.now_ms)
        else:
            points = [
                Point(metric, {"host": host}, model.now_ms - age, value)
                for metric, host, age, value in step
            ]
            assert record(points, now_ms=model.now_ms).accepted == model.record(points)
        _assert_head_is_not_sealed()
    _assert_store_is(model)
    _assert_latest_and_totals_are(model)


def _assert_head_is_not_sealed() -> None:
    for row in HeadRow.objects.select_related("series"):
        assert row.time_ms >= row.series.sealed_until_ms
