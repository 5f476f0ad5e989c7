"""/api/health and /api/health/detailed: the contract's object, null where there is no data."""

import time

import pytest
from django.test import Client
from pytest_django import Settings

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.store import Point
from opsportal.health import look
from opsportal.health.bounded import Bounded
from opsportal.models import Scope
from opsportal.tokens import make_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("broker")]
NOTHING = {"percent": None, "used_bytes": None, "total_bytes": None}


@pytest.fixture
def reader(db: None) -> Client:
    _, secret = make_token("test", Scope.READ)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_stranger_is_refused() -> None:
    response = Client().get("/api/health/detailed")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


def test_without_data_nothing_is_invented(reader: Client) -> None:
    body = reader.get("/api/health/detailed").json()
    assert body["system"]["cpu_percent"] is None
    assert body["system"]["memory"] == NOTHING
    assert body["system"]["disk"] == {"path": None, **NOTHING}
    assert body["system"]["load"] is None
    assert set(body["application"]["response_time_ms"].values()) == {None}
    assert body["application"]["error_rate_percent"] is None


def test_a_broken_database_is_unhealthy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError

    monkeypatch.setitem(look._PARTS, "database", Bounded("test", refuse))
    response = Client().get("/api/health")
    assert (response.status_code, response.json()["status"]) == (503, "unhealthy")
    assert set(response.json()) == {"status", "timestamp", "version"}


def test_the_object_holds_what_was_measured(reader: Client, settings: Settings) -> None:
    settings.HOST_NAME = "web-1"
    now_ms = time.time_ns() // 1_000_000
    here, root = {"host": "web-1"}, {"host": "web-1", "path": "/"}
    data = {"host": "web-1", "path": "/data"}
    route = {"service": "shop", "route": "/", "method": "GET", **here}
    store.record(
        [
            Point("cpu_percent", here, now_ms, 12.5),
            Point("cpu_percent", {"host": "web-2"}, now_ms, 99),
            Point("memory_used_bytes", here, now_ms, 4e9),
            Point("disk_percent", root, now_ms, 63.2),
            Point("disk_percent", data, now_ms, 90),
            *(Point(f"load{n}", here, now_ms, n / 10) for n in (1, 5, 15)),
            _timed(route | {"status_class": "2xx"}, now_ms, 3),
            _timed(route | {"status_class": "5xx"}, now_ms, 1),
        ]
    )
    body = reader.get("/api/health/detailed").json()
    assert list(body) == [
        *("status", "timestamp", "version", "uptime_seconds", "system", "application"),
        *("dependencies", "alerts", "backups", "portal"),
    ]
    system, application = body["system"], body["application"]
    assert (system["host"], system["cpu_percent"]) == ("web-1", 12.5)
    assert system["memory"]["used_bytes"] == 4_000_000_000
    assert (system["disk"]["path"], system["disk"]["percent"]) == ("/", 63.2)
    assert system["load"] == [0.1, 0.5, 1.5]
    assert application["window_seconds"] == 300
    assert (application["requests_total"], application["error_rate_percent"]) == (4, 25)
    assert application["response_time_ms"]["avg"] == 10


def _timed(labels: dict[str, str], time_ms: int, count: int) -> Point:
    return Point("http_response_time_ms", labels, time_ms, Histogram.of([10.0] * count))
