"""A job on another machine, with nothing but HTTP: made over the API, pinged by its address."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

if TYPE_CHECKING:
    from tests.running_portal import RunningPortal


@pytest.fixture
def ping_url(running_portal: RunningPortal, request: pytest.FixtureRequest) -> str:
    token = running_portal.token("contract pings", scope="write")
    made = requests.post(
        f"{running_portal.url}/api/v1/checks",
        json={"name": request.node.name, "kind": "heartbeat", "settings": {}},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    )
    assert made.status_code == 201, made.text
    return str(made.json()["ping_url"])


@pytest.mark.parametrize("size_bytes", [0, 10_001, 900_000, 3_000_000])
def test_a_body_of_any_size_gets_its_answer(ping_url: str, size_bytes: int) -> None:
    response = requests.post(ping_url, data=b"x" * size_bytes, timeout=10)
    assert (response.status_code, response.text) == (200, "OK")
    assert response.headers["Ping-Body-Limit"] == "10000"


@pytest.mark.parametrize("method", ["HEAD", "GET", "POST"])
def test_every_method_over_http_1_0_too(ping_url: str, method: str) -> None:
    parts = urlsplit(ping_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"  # type: ignore[attr-defined]
    connection.request(method, f"{parts.path}/start", headers={"Host": parts.netloc})
    response = connection.getresponse()
    assert response.status == 200
    assert response.read() == (b"" if method == "HEAD" else b"OK")


def test_by_key_and_slug(running_portal: RunningPortal, ping_url: str) -> None:
    key = running_portal.token("jobs", scope="ping")
    slug = "test_by_key_and_slug"
    response = requests.get(f"{running_portal.url}/ping/{key}/{slug}/3", timeout=10)
    assert (response.status_code, response.text) == (200, "OK")
    assert key not in running_portal.log
