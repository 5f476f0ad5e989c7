"""Liveness: nothing that is down beside the process may make it restart."""

import pytest
from django.test import Client
from pytest_django import Settings


def test_liveness_answers_while_database_and_broker_are_down(settings: Settings) -> None:
    # Without the db fixture, pytest-django fails whatever touches the database.
    settings.REDIS_URL = "unix:///nowhere.sock"
    response = Client().get("/api/health/liveness")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("accept", ["image/png", "text/html", "*/*", "application/xml;q=0.1", ""])
def test_no_accept_header_is_refused(accept: str) -> None:
    response = Client().get("/api/health/liveness", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_health_json_is_spoken_on_request() -> None:
    response = Client().get("/api/health/liveness", HTTP_ACCEPT="application/health+json")
    assert response["Content-Type"] == "application/health+json"


def test_another_method_is_refused_in_json() -> None:
    response = Client().post("/api/health/liveness")
    assert response.status_code == 405
    assert response.json()["detail"]
