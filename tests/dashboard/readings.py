"""Points and windows written by hand."""

from collections.abc import Mapping, Sequence

from alerts.defaults import THRESHOLDS
from alerts.models import Threshold
from monitoring.histogram import Histogram
from monitoring.store import Bucket, LatestPoint, SeriesRef, Window
from opsportal.dashboard.limits import limits_of

NOW_MS = 1_800_000_000_000
HOST = "web-1"
SERVICE = "shop"
DEFAULT_LIMITS = limits_of(Threshold(**fields) for fields in THRESHOLDS if "kind" not in fields)


def latest_point(metric: str, value: float, age_seconds: float = 3, **labels: str) -> LatestPoint:
    return LatestPoint(SeriesRef(1, metric, labels), NOW_MS - round(age_seconds * 1000), value)


def gauge_window(metric: str, values: Mapping[int, float], **labels: str) -> Window:
    """`values` by time in ms."""
    buckets = [Bucket(time, 1, value, value, value) for time, value in values.items()]
    return Window(SeriesRef(1, metric, labels), 1, buckets)


def traffic_window(
    times: Mapping[int, Sequence[float]],
    status_class: str = "2xx",
    route: str = "/orders",
    method: str = "GET",
    service: str = SERVICE,
) -> Window:
    """`times` holds the response times in ms of each step, by its time in ms."""
    labels = {"service": service, "route": route, "method": method, "status_class": status_class}
    buckets = []
    for time_ms, values in times.items():
        one = Histogram.of(values)
        buckets.append(Bucket(time_ms, one.count, one.sum, one.min, one.max, one))
    return Window(SeriesRef(1, "http_response_time_ms", labels), 1, buckets)
