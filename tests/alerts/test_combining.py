"""Series that are judged as one."""

import pytest

from alerts.combining import label_names, subjects
from alerts.editing import save_threshold
from alerts.engine import evaluate_all
from alerts.models import Alert, Threshold
from monitoring.histogram import Histogram
from monitoring.store import Bucket, LatestPoint, Point, SeriesRef, record
from opsportal.lib.kinds import SettingsError

NOW_MS = 1_800_000_000_000


def point(number: int, time_ms: int = NOW_MS, **labels: str) -> LatestPoint:
    return LatestPoint(SeriesRef(number, "cpu_percent", labels), time_ms, 1.0)


def threshold(**fields: object) -> Threshold:
    given = {"name": "Slow", "metric": "http_response_time_ms", "aggregation": "mean"}
    made = Threshold(**{**given, "value": 1000, "combine_by": "service", **fields})
    save_threshold(made)
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("aggregation", ["last", "rate", "absent"])
def test_last_points_of_several_series_cannot_be_combined(aggregation: str) -> None:
    with pytest.raises(SettingsError, match="combine_by"):
        threshold(aggregation=aggregation)


def test_names_are_read_without_spaces_and_empty_ones() -> None:
    assert label_names(" service , route,,") == ("service", "route")
    assert label_names("") == ()


def test_series_that_agree_in_the_labels_are_one_and_a_label_that_is_missing_is_a_value() -> None:
    found = subjects([point(1, host="a"), point(2, host="a"), point(3), point(4)], ["host"])
    assert [(each.point.series.labels, each.members) for each in found] == [
        ({"host": "a"}, (1, 2)),
        ({}, (3, 4)),
    ]


def test_the_newest_point_is_the_age_of_them_all() -> None:
    (found,) = subjects([point(1, 5, host="a"), point(2, 9, host="a", path="/")], ["host"])
    assert found.point.time_ms == 9


def test_buckets_add_up() -> None:
    (found,) = subjects([point(1, host="a"), point(2, host="a")], ["host"])
    (bucket,) = found.buckets({1: [Bucket(0, 1, 4, 4, 4)], 2: [Bucket(0, 3, 6, 1, 3)]})
    assert (bucket.count, bucket.sum, bucket.min, bucket.max) == (4, 10, 1, 4)


@pytest.mark.django_db
def test_a_slow_route_alone_does_not_make_the_service_slow() -> None:
    threshold()
    record(_answered("/report", [3000.0]) + _answered("/", [10.0] * 99), now_ms=NOW_MS)
    evaluate_all(NOW_MS)
    assert not Alert.objects.exists()


@pytest.mark.django_db
def test_a_slow_service_is_one_alert_however_many_routes_it_has() -> None:
    threshold()
    record(
        [each for route in range(20) for each in _answered(f"/{route}", [3000.0])], now_ms=NOW_MS
    )
    evaluate_all(NOW_MS)
    (alert,) = Alert.objects.all()
    assert (alert.labels, alert.state, alert.series_id) == ({"service": "shop"}, "firing", None)
    assert alert.value == pytest.approx(3000, rel=0.05)


def _answered(route: str, times_ms: list[float]) -> list[Point]:
    labels = {"service": "shop", "route": route, "method": "GET", "status_class": "2xx"}
    return [Point("http_response_time_ms", labels, NOW_MS - 5000, Histogram.of(times_ms))]
