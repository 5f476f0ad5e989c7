"""Requests per minute and error rate come from the histograms of all processes."""

import time

import pytest

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.rates import record_rates, traffic_summary
from monitoring.store import Point, Selector

pytestmark = pytest.mark.django_db


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _requests(
    status_class: str, milliseconds: list[float], time_ms: int, service: str = "shop"
) -> Point:
    labels = {"service": service, "host": "a", "route": "/", "method": "GET"}
    histogram = Histogram.of(milliseconds)
    return Point(
        "http_response_time_ms", {**labels, "status_class": status_class}, time_ms, histogram
    )


def _rates(metric: str) -> dict[str, float]:
    latest = store.latest(Selector(metric))
    return {point.series.labels["service"]: point.value for point in latest}


def test_without_requests_there_is_a_rate_of_zero_and_no_error_rate() -> None:
    now_ms = _now_ms()
    store.record([_requests("2xx", [1.0], now_ms - 600_000)])
    record_rates(now_ms)
    assert _rates("http_requests_per_minute") == {"shop": 0.0}
    assert _rates("http_error_rate_percent") == {}


def test_a_service_that_has_gone_is_not_reported_for_ever() -> None:
    now_ms = _now_ms()
    store.record([_requests("2xx", [1.0], now_ms - 25 * 3_600_000)])
    record_rates(now_ms)
    assert _rates("http_requests_per_minute") == {}


def test_all_processes_of_the_last_minute_count_together() -> None:
    now_ms = _now_ms()
    store.record(
        [
            _requests("2xx", [1.0] * 30, now_ms - 50_000),
            _requests("2xx", [1.0] * 27, now_ms - 1_000),
            _requests("5xx", [1.0] * 3, now_ms - 1_001),
            _requests("2xx", [1.0] * 99, now_ms - 120_000),
            _requests("2xx", [1.0] * 6, now_ms - 1_000, service="blog"),
        ]
    )
    record_rates(now_ms)
    assert _rates("http_requests_per_minute") == {"shop": 60.0, "blog": 6.0}
    assert _rates("http_error_rate_percent") == {"shop": 5.0, "blog": 0.0}


@pytest.mark.parametrize("phase_seconds", range(10))
def test_a_flush_every_ten_seconds_gives_the_same_rate_at_any_moment(phase_seconds: int) -> None:
    now_ms = _now_ms() // 1000 * 1000 + 950
    last_ms = now_ms - 950 - phase_seconds * 1000 + 444
    store.record([_requests("2xx", [1.0] * 10, last_ms - number * 10_000) for number in range(40)])
    record_rates(now_ms)
    assert _rates("http_requests_per_minute") == {"shop": 60.0}
    assert traffic_summary(now_ms, 300).requests_per_minute == 60.0


def test_a_summary_without_data_is_empty_and_not_zero() -> None:
    summary = traffic_summary(_now_ms())
    assert summary.requests_total == 0
    assert summary.requests_per_minute is summary.error_rate_percent is summary.p95_ms is None


def test_a_summary_holds_exact_counts_and_merged_percentiles() -> None:
    now_ms = _now_ms()
    store.record(
        [
            _requests("2xx", [10.0] * 98, now_ms - 1_000),
            _requests("5xx", [1000.0] * 2, now_ms - 2_000),
            _requests("2xx", [5.0] * 50, now_ms - 1_000_000),
        ]
    )
    summary = traffic_summary(now_ms)
    assert summary.requests_total == 150
    assert summary.requests_per_minute == 20.0
    assert summary.error_rate_percent == 2.0
    assert summary.avg_ms == pytest.approx(29.8)
    assert summary.p50_ms == pytest.approx(10, rel=0.045)
    assert summary.p99_ms == pytest.approx(1000, rel=0.045)
