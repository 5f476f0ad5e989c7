"""What jobs have told can be read: on the page of the heartbeat and over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.heartbeats.jobs import START_MS, add, ping

pytestmark = pytest.mark.django_db
RID = "5c3ce2b0-2bd7-4f8e-9f1b-0a1b2c3d4e5f"


def test_a_heartbeat_that_heard_nothing_says_what_to_do(admin_client: Client) -> None:
    check = add()
    assert "None has come yet" in admin_client.get(f"/checks/{check.slug}").text
    assert admin_client.get(f"/api/v1/checks/{check.pk}/pings").json()["count"] == 0


def test_pings_of_strangers_and_of_no_check_are_not_told(
    client: Client, admin_client: Client
) -> None:
    check = add()
    assert client.get(f"/api/v1/checks/{check.pk}/pings").status_code == 401
    assert admin_client.get("/api/v1/checks/999/pings").status_code == 404


def test_the_newest_come_first_with_what_the_job_said(admin_client: Client) -> None:
    check = add()
    ping(check, "start", START_MS)
    ping(check, "fail", START_MS + 90_000, exit_status=3, body=b"disk <full> \xff", method="POST")
    fail, start = admin_client.get(f"/api/v1/checks/{check.pk}/pings").json()["results"]
    assert (start["kind"], start["duration_seconds"], start["body"]) == ("start", None, "")
    assert (fail["kind"], fail["exit_status"], fail["duration_seconds"]) == ("fail", 3, 90.0)
    assert (fail["method"], fail["body"]) == ("POST", "disk <full> \ufffd")
    page = admin_client.get(f"/checks/{check.slug}").text
    for words in ("fail (3)", "1 min 30 s", "POST 192.0.2.1 curl/8.14", "disk &lt;full&gt;"):
        assert words in page
    assert page.index("fail (3)") < page.index("<td>start</td>")


def test_the_last_hundred_are_told(admin_client: Client) -> None:
    check = add()
    for number in range(105):
        ping(check, "log", START_MS + number)
    assert admin_client.get(f"/api/v1/checks/{check.pk}/pings").json()["count"] == 100
