"""What the page of a check reads, and the buttons on it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from monitoring.editing import save_check
from monitoring.evidence import readable
from monitoring.models import Check, CheckState
from tests.checks.watched import GOOD, REFUSED, add, probed

MOST_QUERIES = 12


@pytest.fixture
def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["run", "pause", "resume"])
def test_who_may_only_look_may_not_act(client: Client, action: str) -> None:
    add("one")
    reader = User.objects.create_user("eve", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_check"))
    client.force_login(reader)
    assert "Run now" not in client.get("/checks/one").content.decode()
    assert client.post(f"/checks/one/{action}").status_code == 403
    assert CheckState.objects.get().status == "new"


@pytest.mark.django_db
def test_a_link_does_nothing(admin_client: Client) -> None:
    add("one")
    assert admin_client.get("/checks/one/pause").status_code == 405
    assert admin_client.post("/checks/other/pause").status_code == 404
    assert admin_client.post("/checks/one/explode").status_code == 404


@pytest.mark.django_db
def test_a_check_is_paused_resumed_and_run_from_its_page(admin_client: Client) -> None:
    add("one")
    assert admin_client.post("/checks/one/pause", follow=True).redirect_chain
    assert CheckState.objects.get().status == "paused"
    page = admin_client.get("/checks/one").content.decode()
    assert "Resume the check" in page
    assert "Run now" not in page
    admin_client.post("/checks/one/resume")
    CheckState.objects.update(due_ms=2**53)
    admin_client.post("/checks/one/run")
    assert (CheckState.objects.get().due_ms or 0) < 2**53


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["range=30d", "range=%00", "range=custom&from=x", "from=%00"])
def test_a_page_takes_few_queries_whatever_is_asked(
    admin_client: Client, now_ms: int, query: str, django_assert_max_num_queries: Any
) -> None:
    checks = [add(f"check {number}", now_ms=now_ms) for number in range(5)]
    probed(now_ms - 1000, dict.fromkeys(checks, GOOD))
    probed(now_ms, {checks[0]: REFUSED})
    with django_assert_max_num_queries(MOST_QUERIES):
        assert admin_client.get(f"/checks/check-0?{query}").status_code == 200


def test_evidence_is_told_as_text() -> None:
    seen = {
        "status": 503,
        "headers": {"Server": "nginx", "Retry-After": "5"},
        "body": "line one\nline two",
        "redirects": [],
        "address": None,
        "first_byte": True,
    }
    assert readable(seen) == [
        ("status", "503"),
        ("headers", "Server: nginx\nRetry-After: 5"),
        ("body", "line one\nline two"),
        ("first byte", "true"),
    ]


@pytest.mark.django_db
def test_where_there_is_nothing_to_show_it_says_why(admin_client: Client, now_ms: int) -> None:
    check = add("one", now_ms=now_ms)
    assert "probed within seconds" in admin_client.get("/checks/one").text
    probed(now_ms, {check: REFUSED})
    refused = admin_client.get("/checks/one").text
    assert "got no answer to keep" in refused
    assert "all is well" not in refused
    save_check(Check(name="job", kind="heartbeat"), {})
    assert "Waits for a ping of its job." in admin_client.get("/checks/job").text
    paused = admin_client.post("/checks/job/run", follow=True).text
    assert "a heartbeat waits for its job" in paused
