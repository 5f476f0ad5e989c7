"""Pings pass by the middleware that people need."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from tests.heartbeats.jobs import add

pytestmark = pytest.mark.django_db


def test_an_unknown_heartbeat_is_refused_with_every_header(client: Client) -> None:
    response = client.get(f"/ping/{uuid.uuid4()}")
    assert response.status_code == 404
    assert response.headers["Content-Length"] == str(len(response.content))
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Request-ID"]
    assert "default-src" in response.headers["Content-Security-Policy"]


def test_a_session_is_not_looked_at(client: Client) -> None:
    response = client.get(f"/ping/{add().uuid}", headers={"cookie": "sessionid=stolen"})
    assert (response.status_code, response.content) == (200, b"OK")
    assert not response.cookies
    assert not hasattr(response.wsgi_request, "session")


def test_its_route_is_known_to_what_times_it(client: Client) -> None:
    response = client.get(f"/ping/{add().uuid}/start")
    match = response.wsgi_request.resolver_match
    assert match is not None
    assert match.route.startswith("ping/")
