"""Requests per minute and error rate, from the histograms of all processes of a service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.models import Series
from monitoring.store import Point, Window

RESPONSE_TIME = "http_response_time_ms"
RATE_SECONDS = 60
# A service without a request for a day has gone; until then it has had none, which is a rate too.
GONE_AFTER_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class TrafficSummary:
    """Of the window; `requests_total` since the portal began. None where there is no data."""

    requests_total: int
    requests_per_minute: float | None
    error_rate_percent: float | None
    avg_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


def record_rates(now_ms: int) -> None:
    """A point of each rate for each service that has had requests within a day."""
    known = [
        each for each in store.latest_of([RESPONSE_TIME]) if now_ms - each.time_ms < GONE_AFTER_MS
    ]
    recent = [each.series for each in known if now_ms - each.time_ms < RATE_SECONDS * 1000]
    windows = _recent_windows(recent, now_ms, RATE_SECONDS)
    time_ms = now_ms - now_ms % 1000
    points: list[Point] = []
    for service in sorted({each.series.labels.get("service", "") for each in known}):
        own = [each for each in windows if each.series.labels.get("service", "") == service]
        points += service_points(service, own, time_ms)
    store.record(points)


def service_points(service: str, windows: Sequence[Window], time_ms: int) -> list[Point]:
    """Pure. Without requests the rate is zero and there is no error rate at all."""
    labels = {"service": service}
    rate = request_count(windows) * 60 / RATE_SECONDS
    points = [Point("http_requests_per_minute", labels, time_ms, rate)]
    error_rate = error_rate_percent(windows)
    if error_rate is not None:
        points.append(Point("http_error_rate_percent", labels, time_ms, error_rate))
    return points


def traffic_summary(now_ms: int, window_seconds: int = 300) -> TrafficSummary:
    """Over all services. Raises DatabaseError."""
    series = [each.series for each in store.latest_of([RESPONSE_TIME])]
    windows = _recent_windows(series, now_ms, window_seconds)
    merged = Histogram()
    for bucket in store.merge_windows(windows):
        if bucket.histogram:
            merged.merge(bucket.histogram)
    total = Series.objects.filter(metric=RESPONSE_TIME).aggregate(total=Sum("total_count"))
    return TrafficSummary(
        requests_total=total["total"] or 0,
        requests_per_minute=merged.count * 60 / window_seconds if series else None,
        error_rate_percent=error_rate_percent(windows),
        avg_ms=merged.mean,
        p50_ms=merged.percentile(50),
        p95_ms=merged.percentile(95),
        p99_ms=merged.percentile(99),
    )


def request_count(windows: Sequence[Window]) -> int:
    return sum(bucket.count for window in windows for bucket in window.buckets)


def error_rate_percent(windows: Sequence[Window]) -> float | None:
    """The share of 5xx; None without requests."""
    requests = request_count(windows)
    failed = [each for each in windows if each.series.labels.get("status_class") == "5xx"]
    return 100 * request_count(failed) / requests if requests else None


def _recent_windows(series: Sequence[store.SeriesRef], now_ms: int, seconds: int) -> list[Window]:
    """Raw points of whole seconds, the current one included and `seconds` in all: one more would
    hold a seventh flush of ten seconds in a minute."""
    if not series:
        return []
    end_ms = now_ms - now_ms % 1000 + 1000
    return store.windows_of(series, end_ms - seconds * 1000, end_ms, 1000, now_ms=now_ms)
