"""Points that cannot be recorded are named with a reason; the others of their batch are kept."""

import math
from typing import Any

import pytest

from monitoring.histogram import Histogram
from monitoring.store import Point, RecordResult, Selector, latest, record
from tests.store.clock import DAY_MS, MINUTE_MS, NOW_MS

pytestmark = pytest.mark.django_db
GOOD = Point("cpu_percent", {"host": "good"}, NOW_MS, 1.0)


def cpu(value: Any = 1.0, labels: Any = None, time_ms: Any = NOW_MS) -> Point:
    return Point("cpu_percent", {"host": "a"} if labels is None else labels, time_ms, value)


def timing(**fields: Any) -> Point:
    histogram = Histogram.of([1.0, 2.0])
    for name, value in fields.items():
        setattr(histogram, name, value)
    return Point("http_response_time_ms", {"host": "a"}, NOW_MS, histogram)


BAD = {
    "unknown metric": (Point("cpu_percnt", {}, NOW_MS, 1.0), "did you mean cpu_percent"),
    "metric no string": (Point(5, {}, NOW_MS, 1.0), "name is not a string"),  # type: ignore[arg-type]
    "nan": (cpu(math.nan), "not finite"),
    "infinity": (cpu(math.inf), "not finite"),
    "minus infinity": (cpu(-math.inf), "not finite"),
    "too large": (cpu(10**400), "too large"),
    "text": (cpu("1.0"), "not a number"),
    "nothing": (cpu(None), "not a number"),
    "boolean": (cpu(True), "not a number"),
    "histogram for a gauge": (cpu(Histogram.of([1.0])), "values are numbers"),
    "number for a histogram": (Point("http_response_time_ms", {}, NOW_MS, 1.0), "not a histogram"),
    "empty histogram": (timing(count=0, buckets={}), "empty"),
    "count that does not add up": (timing(count=3), "not the sum of its buckets"),
    "fractional counts": (timing(count=2.0), "not whole numbers"),
    "negative count": (timing(buckets={0: 3, 1: -1}), "not whole numbers"),
    "huge count": (timing(count=2**50, buckets={0: 2**50}), "not whole numbers"),
    "index out of range": (timing(buckets={99_999: 2}), "indexes out of range"),
    "infinite sum": (timing(sum=math.inf), "not finite"),
    "minimum above maximum": (timing(min=9.0), "above its maximum"),
    "buckets no dictionary": (timing(buckets=[1, 1]), "not a histogram"),
    "labels no mapping": (cpu(labels=["host"]), "not an object"),
    "label name in capitals": (cpu(labels={"Host": "a"}), "does not match"),
    "label name too long": (cpu(labels={"a" * 64: "a"}), "does not match"),
    "label name with newline": (cpu(labels={"host\n": "a"}), "does not match"),
    "label of 10 kB": (cpu(labels={"host": "a" * 10_240}), "10240 characters"),
    "label a number": (cpu(labels={"host": 1}), "not a string"),
    "label a list": (cpu(labels={"host": []}), "not a string"),
    "label with NUL": (cpu(labels={"host": "a\0b"}), "control characters"),
    "label with half a pair": (cpu(labels={"host": "\ud800"}), "broken Unicode"),
    "17 labels": (cpu(labels={f"label{number}": "a" for number in range(17)}), "17 labels"),
    "future": (cpu(time_ms=NOW_MS + 5 * MINUTE_MS + 1), "5 minutes in the future"),
    "past": (cpu(time_ms=NOW_MS - 2 * DAY_MS - 1), "older than raw points are kept"),
    "time a float": (cpu(time_ms=float(NOW_MS)), "whole number"),
    "time a boolean": (cpu(time_ms=True), "whole number"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_point_is_rejected_with_its_reason(bad: Point, reason: str) -> None:
    result = record([GOOD, bad, GOOD], now_ms=NOW_MS)
    assert result.accepted == 2
    assert [each.index for each in result.rejected] == [1]
    assert reason in result.rejected[0].reason
    assert len(result.rejected[0].reason) < 200
    assert len(latest(Selector("cpu_percent"))) == 1


def test_a_metric_that_has_all_its_series_gets_no_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.store.series.MAX_SERIES", {"cpu_percent": 2})
    points = [cpu(labels={"host": name}) for name in "abcb"]
    result = record(points, now_ms=NOW_MS)
    assert [each.index for each in result.rejected] == [2]
    assert "already has 2 series" in result.rejected[0].reason
    assert record([cpu(labels={"host": "a"})], now_ms=NOW_MS).accepted == 1
    assert record([cpu(labels={"host": "d"})], now_ms=NOW_MS).accepted == 0


def test_nothing_is_recorded_of_nothing() -> None:
    assert record([], now_ms=NOW_MS) == RecordResult(0, [])


def test_the_very_edges_of_time_are_accepted() -> None:
    edges = [cpu(time_ms=NOW_MS + 5 * MINUTE_MS), cpu(time_ms=NOW_MS - 2 * DAY_MS)]
    assert record(edges, now_ms=NOW_MS).accepted == 2


def test_ordinary_labels_in_any_script_are_accepted() -> None:
    odd = {"path": "/Größe ✓/日本 x", "_a1": "", "route": "^a/<int:pk>/$"}
    assert record([cpu(labels=odd)], now_ms=NOW_MS).accepted == 1
    assert latest(Selector("cpu_percent", odd))[0].series.labels == odd
