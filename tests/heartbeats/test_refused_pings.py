"""What is no ping is answered in plain words, and never recorded."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError, connections
from django.test import Client

from monitoring.editing import save_check
from monitoring.models import Check, Ping
from opsportal.models import Scope
from opsportal.tokens import make_token
from tests.heartbeats.jobs import add

pytestmark = pytest.mark.django_db
UNKNOWN = "f9ec06e0-8e55-45de-ad9c-444aed3eb512"


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    "path",
    [
        f"/ping/{UNKNOWN}",
        f"/ping/{UNKNOWN}/start",
        "/ping/not-a-uuid",
        "/ping/",
        "/ping/07c2f54898504b27af5d6c9dc157ec02/",
        "/ping/a/b/c/d",
        "/ping/%00/%ff",
        f"/ping/{'x' * 5000}/y",
    ],
)
def test_an_unknown_address_is_not_found_in_plain_text(client: Client, path: str) -> None:
    for method in (client.get, client.post, client.head):
        response = method(path)
        assert response.status_code == 404
        assert response["Content-Type"] == "text/plain"
    assert client.get(path).content == b"not found"


@pytest.mark.parametrize("action", ["begin", "-1", "1.5", "start/fail", "9" * 5000])
def test_an_unknown_action_is_not_found(client: Client, action: str) -> None:
    assert client.get(f"/ping/{add().uuid}/{action}").status_code == 404
    assert Ping.objects.count() == 0


@pytest.mark.parametrize("status", ["256", "300", "999999999"])
def test_an_exit_status_over_255_is_refused(client: Client, status: str) -> None:
    response = client.get(f"/ping/{add().uuid}/{status}")
    assert response.status_code == 400
    assert response.content.startswith(b"invalid url format")
    assert Ping.objects.count() == 0


@pytest.mark.parametrize(
    "rid", ["", "1", "not-a-uuid", "07c2f54898504b27af5d6c9dc157ec02", "{" + UNKNOWN + "}"]
)
def test_a_wrong_rid_is_refused(client: Client, rid: str) -> None:
    response = client.get(f"/ping/{add().uuid}/start", {"rid": rid})
    assert response.status_code == 400
    assert response.content.startswith(b"invalid uuid format")
    assert Ping.objects.count() == 0


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_another_method_is_refused(client: Client, method: str) -> None:
    response = getattr(client, method)(f"/ping/{add().uuid}")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert Ping.objects.count() == 0


def test_a_check_of_another_kind_is_not_found(client: Client) -> None:
    check = Check(name="db", kind="tcp")
    save_check(check, {"host": "db.example", "port": 5432})
    assert client.get(f"/ping/{check.uuid}").status_code == 404


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE])
def test_a_token_of_another_scope_is_no_ping_key(client: Client, scope: Scope) -> None:
    _, key = make_token("reader", scope)
    assert client.get(f"/ping/{key}/{add().slug}").status_code == 404


def test_a_wrong_key_is_told_no_more_than_a_wrong_slug(client: Client) -> None:
    _, key = make_token("jobs", Scope.PING)
    check = add()
    wrong_key, wrong_slug = client.get(f"/ping/ops_x/{check.slug}"), client.get(f"/ping/{key}/x")
    assert wrong_key.status_code == wrong_slug.status_code == 404
    assert wrong_key.content == wrong_slug.content == b"not found"


@pytest.mark.parametrize("suffix", ["no-such-slug", "no-such-slug/300", "no/such/address/at/all"])
def test_a_key_is_never_logged(
    client: Client, caplog: pytest.LogCaptureFixture, suffix: str
) -> None:
    _, key = make_token("jobs", Scope.PING)
    with caplog.at_level(logging.DEBUG, "django.request"):
        client.get(f"/ping/{key}/{suffix}")
    assert "ping refused" in caplog.text
    assert key not in caplog.text


@pytest.mark.parametrize("by", ["uuid", "slug"])
def test_a_locked_database_is_said_without_a_traceback(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    _, key = make_token("jobs", Scope.PING)
    path = f"/ping/{add().uuid}" if by == "uuid" else f"/ping/{key}/nightly"

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(connections["default"], "cursor", fail)
    response = client.post(path, "out", content_type="text/plain")
    monkeypatch.undo()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.content == b"try again"
    assert "Traceback" not in caplog.text
