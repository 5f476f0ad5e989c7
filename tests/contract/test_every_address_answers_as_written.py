"""The HTTP contract, against a whole running portal: what outside programs rely on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.running_portal import RunningPortal

PROTECTED = ["/api/health/detailed", "/api/v1/series", "/api/v1/checks", "/metrics"]
ADDRESSES = [
    "/api/health",
    "/api/health/detailed",
    "/api/health/readiness",
    "/api/health/liveness",
    "/metrics",
    "/api/schema",
    "/api/docs",
    "/api/v1/series",
    "/api/v1/checks",
]


@pytest.fixture
def reader(running_portal: RunningPortal) -> dict[str, str]:
    return {"Authorization": f"Bearer {running_portal.token('contract', scope='read')}"}


@pytest.mark.parametrize("address", PROTECTED)
def test_a_protected_address_refuses_a_stranger(
    running_portal: RunningPortal, address: str
) -> None:
    response = requests.get(running_portal.url + address, timeout=10)
    assert response.status_code == 401
    assert response.json()["detail"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_answers_alike_with_and_without_a_trailing_slash(
    running_portal: RunningPortal, reader: dict[str, str], address: str
) -> None:
    for form in (address, f"{address}/"):
        response = requests.get(
            running_portal.url + form, headers=reader, timeout=10, allow_redirects=False
        )
        assert response.status_code == 200, (form, response.text[:200])


@pytest.mark.parametrize("address", ["/", "/admin/", "/nowhere", *ADDRESSES])
def test_every_response_says_how_long_it_took(running_portal: RunningPortal, address: str) -> None:
    response = requests.get(running_portal.url + address, timeout=10, allow_redirects=False)
    assert float(response.headers["X-Response-Time-ms"]) >= 0
    assert re.search(r"\bdur=[\d.]+", response.headers["Server-Timing"])


def test_an_unknown_address_of_the_api_answers_json(running_portal: RunningPortal) -> None:
    response = requests.get(f"{running_portal.url}/api/v1/nothing-here", timeout=10)
    assert response.status_code in {401, 404}
    assert response.json()["detail"]


def test_health_says_healthy_when_and_which_version(running_portal: RunningPortal) -> None:
    body = requests.get(f"{running_portal.url}/api/health", timeout=10).json()
    assert set(body) == {"status", "timestamp", "version"}
    assert body["status"] in {"healthy", "degraded"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timestamp"])


def test_health_speaks_health_json_on_request(running_portal: RunningPortal) -> None:
    response = requests.get(
        f"{running_portal.url}/api/health",
        headers={"Accept": "application/health+json"},
        timeout=10,
    )
    assert response.headers["Content-Type"].startswith("application/health+json")


def test_liveness_and_readiness_answer_their_words(running_portal: RunningPortal) -> None:
    live = requests.get(f"{running_portal.url}/api/health/liveness", timeout=10)
    ready = requests.get(f"{running_portal.url}/api/health/readiness", timeout=10)
    assert (live.status_code, live.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (
        200,
        {
            "status": "ready",
            "checks": {"database": "ok", "migrations": "ok", "broker": "ok"},
        },
    )


def test_detailed_holds_the_object_of_the_contract(
    running_portal: RunningPortal, reader: dict[str, str]
) -> None:
    response = requests.get(f"{running_portal.url}/api/health/detailed", headers=reader, timeout=10)
    body = response.json()
    assert set(body) >= {
        "status",
        "timestamp",
        "version",
        "uptime_seconds",
        "system",
        "application",
        "dependencies",
        "alerts",
        "backups",
    }
    assert set(body["system"]) >= {"host", "cpu_percent", "memory", "disk", "load"}
    assert set(body["system"]["memory"]) == {"percent", "used_bytes", "total_bytes"}
    assert set(body["system"]["disk"]) == {"path", "percent", "used_bytes", "total_bytes"}
    assert set(body["application"]["response_time_ms"]) == {"avg", "p50", "p95", "p99"}
    # This is a real host, of which something may be wrong.
    assert set(body["alerts"]) == {"firing", "acknowledged", "items"}
    for item in body["alerts"]["items"]:
        assert set(item) >= {"threshold", "severity", "since", "value"}
    # Set-up has made the portal's check of itself.
    own = next(each for each in body["dependencies"] if each["name"] == "OpsPortal")
    assert set(own) == {"name", "kind", "status", "response_time_ms", "checked_at", "message"}
    # Of the plan that set-up has made.
    (backup,) = body["backups"]
    assert set(backup) == {
        *("plan", "status", "last_success_at", "age_seconds", "verified_at", "size_bytes"),
    }


def test_the_dashboard_sends_a_stranger_to_the_login(running_portal: RunningPortal) -> None:
    response = requests.get(f"{running_portal.url}/", timeout=10)
    assert response.status_code == 200
    assert "/admin/login/?next=/" in response.url


def test_a_body_that_comes_in_chunks_is_read(running_portal: RunningPortal) -> None:
    writer = {
        "Authorization": f"Bearer {running_portal.token('chunks', scope='write')}",
        "Content-Type": "application/json",
    }
    address = f"{running_portal.url}/api/v1/annotations"
    chunks = iter([b'{"text": "came ', b'in chunks"}'])
    answer = requests.post(address, data=chunks, headers=writer, timeout=10)
    assert answer.status_code == 201, answer.text
    assert answer.json()["text"] == "came in chunks"
    too_many = iter([b"x" * 2**20] * 6)
    answer = requests.post(address, data=too_many, headers=writer, timeout=10)
    assert answer.status_code == 413, answer.text
