"""/metrics: who may read it, and that Prometheus's own tool finds no fault."""

import shutil
import subprocess
import time
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring import store
from monitoring.catalogue import METRICS, Kind
from monitoring.histogram import Histogram
from monitoring.store import Point
from opsportal import checks

pytestmark = pytest.mark.django_db
TRAFFIC = {"service": "shop", "route": 'a"b\\c', "method": "GET", "status_class": "2xx"}


def record(*points: Point) -> None:
    assert store.record(points).rejected == []


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def test_an_address_outside_the_networks_is_refused(settings: Settings) -> None:
    settings.METRICS_ALLOWED_NETWORKS = ["10.0.0.0/8"]
    response = Client().get("/metrics", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="10.0.0.1")
    assert response.status_code == 401
    assert response.json()["detail"]


@pytest.mark.parametrize("network", ["10.0.0.0/8", "10.1.2.3", "10.1.2.0/24"])
def test_an_address_inside_the_networks_needs_no_token(settings: Settings, network: str) -> None:
    settings.METRICS_ALLOWED_NETWORKS = [network]
    assert Client().get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200


def test_a_wrong_network_is_a_numbered_error(settings: Settings) -> None:
    settings.METRICS_ALLOWED_NETWORKS = ["10.0.0.0/8", "ten", "10.0.0.1/8"]
    found = checks.check_networks(None)
    assert [each.id for each in found] == ["opsportal.E003", "opsportal.E003"]


@pytest.mark.parametrize("accept", ["text/plain", "*/*", "application/openmetrics-text"])
def test_a_scraper_is_answered_whatever_it_accepts(reader: Client, accept: str) -> None:
    response = reader.get("/metrics/", HTTP_ACCEPT=accept)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")


def test_values_are_in_base_units_and_old_ones_absent(reader: Client) -> None:
    record(
        Point("cpu_percent", {"host": "a"}, now_ms(), 25),
        Point("memory_percent", {"host": "a"}, now_ms() - 600_000, 50),
    )
    text = reader.get("/metrics").content.decode()
    assert 'opsportal_cpu_ratio{host="a"} 0.25\n' in text
    assert "opsportal_memory_ratio" not in text


def test_requests_are_counted_since_the_beginning(reader: Client) -> None:
    for age_ms in (2000, 1000):
        record(
            Point("http_response_time_ms", TRAFFIC, now_ms() - age_ms, Histogram.of([1500, 500]))
        )
    lines = reader.get("/metrics").content.decode().splitlines()
    [count] = [line for line in lines if line.startswith("opsportal_http_response_time_seconds_c")]
    [total] = [line for line in lines if line.startswith("opsportal_http_response_time_seconds_s")]
    assert (count.split()[-1], total.split()[-1]) == ("4.0", "4.0")


def test_promtool_finds_no_fault(reader: Client, require: Callable[[bool, str], None]) -> None:
    promtool = shutil.which("promtool")
    require(promtool is not None, "promtool is not installed (Debian package prometheus)")
    for metric in METRICS.values():
        value = Histogram.of([1]) if metric.kind is Kind.HISTOGRAM else 1.0
        record(Point(metric.name, TRAFFIC, now_ms(), value))
    text = reader.get("/metrics").content
    checked = subprocess.run(
        [str(promtool), "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr.decode()) == (0, "")
