"""What clients of Healthchecks send and expect: curl, runitor, and their like work unchanged."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import resolve

from monitoring.models import Check, Ping
from opsportal.models import Scope
from opsportal.tokens import make_token
from tests.heartbeats.jobs import add, state

pytestmark = pytest.mark.django_db
RID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def check() -> Check:
    return add()


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("end", ["", "/"])
def test_every_method_and_a_slash_at_the_end_are_fine(
    client: Client, check: Check, method: str, end: str
) -> None:
    response = getattr(client, method)(f"/ping/{check.uuid}{end}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain"
    assert response["Ping-Body-Limit"] == "10000"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "no-cache" in response["Cache-Control"]
    assert not response.cookies
    if method != "head":
        assert response.content == b"OK"
    assert state(check).status == "up"
    assert Ping.objects.get().method == method.upper()


@pytest.mark.parametrize(
    ("action", "kind", "exit_status", "status"),
    [
        ("start", "start", None, "new"),
        ("log", "log", None, "new"),
        ("fail", "fail", None, "down"),
        ("0", "success", 0, "up"),
        ("1", "fail", 1, "down"),
        ("255", "fail", 255, "down"),
    ],
)
@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("by", ["uuid", "slug"])
def test_actions(
    client: Client,
    check: Check,
    action: str,
    kind: str,
    exit_status: int | None,
    status: str,
    end: str,
    by: str,
) -> None:
    _, key = make_token("jobs", Scope.PING)
    base = f"/ping/{check.uuid}" if by == "uuid" else f"/ping/{key}/{check.slug}"
    response = client.get(f"{base}/{action}{end}")
    assert (response.status_code, response.content) == (200, b"OK")
    ping = Ping.objects.get()
    assert (ping.kind, ping.exit_status) == (kind, exit_status)
    assert state(check).status == status


def test_a_failure_says_its_exit_status(client: Client, check: Check) -> None:
    client.get(f"/ping/{check.uuid}/3")
    assert state(check).message == "failed with exit status 3"
    assert state(check).reason == "job failed"


def test_the_first_ten_kilobytes_of_a_body_are_kept(client: Client, check: Check) -> None:
    body = b"x" * 9_999 + b"end and what is beyond" + b"y" * 100_000
    response = client.post(f"/ping/{check.uuid}", body, content_type="text/plain")
    assert response.status_code == 200
    kept = bytes(Ping.objects.get().body or b"")
    assert len(kept) == 10_000
    assert kept.endswith(b"xe")


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""]
)
def test_any_type_of_body_is_taken(client: Client, check: Check, content_type: str) -> None:
    body = b"disk full: \xe9 \x00 100 %"
    response = client.post(f"/ping/{check.uuid}/fail", body, content_type=content_type)
    assert response.status_code == 200
    assert bytes(Ping.objects.get().body or b"") == body
    assert state(check).evidence["body"] == "disk full: \ufffd \ufffd 100 %"


def test_rids_are_taken_in_either_case(client: Client, check: Check) -> None:
    client.get(f"/ping/{check.uuid}/start?rid={RID.upper()}")
    client.get(f"/ping/{check.uuid}?rid={RID}")
    assert set(Ping.objects.values_list("rid", flat=True)) == {UUID(RID)}
    assert Ping.objects.latest("id").duration_ms is not None


@pytest.mark.parametrize("method", ["get", "head"])
def test_where_only_post_counts_others_are_kept_as_log_entries(client: Client, method: str) -> None:
    check = add("strict", methods="post")
    response = getattr(client, method)(f"/ping/{check.uuid}/fail")
    assert response.status_code == 200
    assert (state(check).status, Ping.objects.get().kind) == ("new", "log")
    client.post(f"/ping/{check.uuid}")
    assert state(check).status == "up"


def test_a_browser_may_ask_first(client: Client, check: Check) -> None:
    response = client.options(f"/ping/{check.uuid}")
    assert response.status_code == 200
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert Ping.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "127.0.0.1"),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7, 10.0.0.1"}, "192.0.2.7"),
        ({"HTTP_X_FORWARDED_FOR": "2001:db8::1"}, "2001:db8::1"),
        ({"HTTP_X_FORWARDED_FOR": "fe80::1%eth0"}, "fe80::1"),
        ({"HTTP_X_FORWARDED_FOR": "' OR 1=1"}, "127.0.0.1"),
        ({"REMOTE_ADDR": ""}, None),
    ],
)
def test_where_it_came_from(
    client: Client, check: Check, headers: dict[str, Any], address: str | None
) -> None:
    client.get(f"/ping/{check.uuid}", **headers)
    assert Ping.objects.get().remote_address == address


def test_a_long_user_agent_is_cut(client: Client, check: Check) -> None:
    client.get(f"/ping/{check.uuid}", headers={"User-Agent": "x\0" + "y" * 500})
    assert Ping.objects.get().user_agent == "x" + "y" * 198


def test_a_key_notes_its_use(client: Client, check: Check) -> None:
    token, key = make_token("jobs", Scope.PING)
    client.get(f"/ping/{key}/{check.slug}")
    token.refresh_from_db()
    assert token.last_used_at is not None


def test_traffic_has_one_route_for_all_heartbeats() -> None:
    routes = {resolve(f"/ping/{uuid4()}{end}").route for end in ("", "/", "/start", "/3/")}
    assert len(routes) == 1
    assert len({resolve(f"/ping/{key}/{key}/log").route for key in "abc"}) == 1
