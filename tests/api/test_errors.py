"""Every error under /api/ is JSON with `detail`."""

import pytest
from django.db import OperationalError
from django.test import Client

from monitoring import api


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("address", ["/api/nothing", "/api/v1/nothing/", "/api/v2/series"])
def test_an_unknown_address_is_told_in_json(method: str, address: str) -> None:
    response = getattr(Client(), method)(address)
    assert response.status_code == 404
    assert response.json()["detail"]


def test_a_wrong_host_is_told_in_json() -> None:
    response = Client().get("/api/nothing", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert response.json()["detail"]


@pytest.mark.django_db
def test_a_method_that_is_not_there_is_told_in_json(reader: Client) -> None:
    response = reader.delete("/api/v1/series")
    assert response.status_code == 405
    assert response.json()["detail"]


@pytest.mark.django_db
def test_a_database_that_fails_is_told_without_its_words(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("host db.internal refused hunter2")

    monkeypatch.setattr(api.SeriesView, "get_queryset", fail)
    response = reader.get("/api/v1/series")
    assert response.status_code == 503
    assert "database" in response.json()["detail"]
    assert "hunter2" not in response.content.decode()


@pytest.mark.parametrize("words", ["database or disk is full", "No space left on device"])
@pytest.mark.django_db
def test_a_full_disk_is_called_so(
    reader: Client, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError(words)

    monkeypatch.setattr(api.SeriesView, "get_queryset", fail)
    response = reader.get("/api/v1/series")
    assert response.status_code == 503
    assert "disk is full" in response.json()["detail"]


@pytest.mark.django_db
def test_a_fault_of_the_portal_is_told_without_a_traceback(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("hunter2")

    monkeypatch.setattr(api.SeriesView, "get_queryset", fail)
    reader.raise_request_exception = False
    response = reader.get("/api/v1/series")
    assert response.status_code == 500
    assert response.json()["detail"]
    assert "hunter2" not in response.content.decode()
