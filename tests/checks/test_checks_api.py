"""The checks of the REST API: what outside programs write and read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from monitoring.editing import full_settings, save_check
from monitoring.models import Check, CheckState, Transition
from monitoring.probes.base import Reason, Result, Status
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/checks"
TRADIER = {
    "name": "Tradier",
    "kind": "http",
    "settings": {
        "url": "https://api.tradier.example/v1/markets/clock",
        "method": "GET",
        "headers": {},
        "expect_status": "200-299",
    },
    "interval_seconds": 60,
    "timeout_seconds": 10,
    "retries": 2,
    "enabled": True,
}


def post(client: Client, body: Any, address: str = ADDRESS) -> Any:
    return client.post(address, json.dumps(body), "application/json")


def patch(client: Client, pk: int, body: Any) -> Any:
    return client.patch(f"{ADDRESS}/{pk}", json.dumps(body), "application/json")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"kind": "telepathy"}, "kind"),
        ({"settings": "x"}, "settings"),
        ({"settings": {}}, "settings"),
        ({"settings": {"url": "https://x", "surprise": 1}}, "settings"),
        ({"settings": {"url": "https://x", "expect_text": "\0"}}, "settings"),
        ({"settings": {"url": "https://x", "expect_pattern": "("}}, "settings"),
        ({"interval_seconds": 0}, "interval_seconds"),
        ({"interval_seconds": 10**12}, "interval_seconds"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"retries": -1}, "retries"),
        ({"parent": 999}, "parent"),
        ({"colour": "red"}, "colour"),
        ({"tags": "x"}, "tags"),
    ],
)
def test_what_is_wrong_is_named(writer: Client, change: dict[str, Any], field: str) -> None:
    response = post(writer, {**TRADIER, **change})
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert not Check.objects.exists()


def test_the_setting_that_is_wrong_is_named(writer: Client) -> None:
    response = post(writer, {**TRADIER, "settings": {"url": "ftp://x"}})
    assert response.json()["errors"]["settings"]["url"]
    assert response.json()["detail"].startswith("settings: url: must be a URL that begins")


def test_strangers_readers_and_unknown_checks_are_refused(client: Client, reader: Client) -> None:
    assert client.get(ADDRESS).status_code == 401
    assert post(client, TRADIER).status_code == 401
    assert post(reader, TRADIER).status_code == 403
    assert reader.get(f"{ADDRESS}/999").status_code == 404
    assert reader.get(f"{ADDRESS}/9999999999999999999").status_code == 404


def test_a_check_comes_back_as_it_was_written(writer: Client, reader: Client) -> None:
    response = post(writer, TRADIER)
    assert response.status_code == 201
    made = response.json()
    assert {name: made[name] for name in TRADIER} == TRADIER
    assert (made["status"], made["checked_at"], made["slug"]) == ("new", None, "tradier")
    assert reader.get(f"{ADDRESS}/{made['id']}").json() == {**made, "evidence": {}}
    assert reader.get(f"{ADDRESS}/").json()["results"] == [made]
    assert CheckState.objects.get().due_ms is not None


def test_a_name_is_given_once(writer: Client) -> None:
    post(writer, TRADIER)
    assert "name" in post(writer, TRADIER).json()["errors"]


def test_secrets_are_masked_and_a_mask_keeps_them(writer: Client) -> None:
    settings = {"url": "https://x.example/", "bearer_token": "very-secret"}
    made = post(writer, {**TRADIER, "settings": settings})
    assert "very-secret" not in made.content.decode()
    assert made.json()["settings"]["bearer_token"] == "********"
    check = Check.objects.get()
    assert "very-secret" not in check.secrets + json.dumps(check.settings)

    changed = {**made.json()["settings"], "expect_status": "204"}
    assert patch(writer, check.pk, {"settings": changed}).status_code == 200
    assert full_settings(Check.objects.get())["bearer_token"] == "very-secret"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"url": "https://attacker.example/"},
        {"url": "http://x.example/"},
        {"url": "https://x.example:8443/"},
        {"url": "https://x.example:nonsense/"},
        {"url": "https://[half/"},
        {"url": "https://x.example/", "proxy": "http://attacker.example:3128"},
        {"url": "https://x.example/", "verify_certificate": False},
    ],
)
def test_a_masked_secret_is_sent_to_no_other_place(
    writer: Client, elsewhere: dict[str, Any]
) -> None:
    settings = {"url": "https://x.example/", "bearer_token": "very-secret"}
    made = post(writer, {**TRADIER, "settings": settings}).json()
    response = patch(writer, made["id"], {"settings": {**made["settings"], **elsewhere}})
    assert response.status_code == 400
    assert Check.objects.get().settings["url"] == "https://x.example/"


def test_a_masked_secret_goes_along_to_another_path(writer: Client) -> None:
    settings = {"url": "https://x.example/", "bearer_token": "very-secret"}
    made = post(writer, {**TRADIER, "settings": settings}).json()
    moved = {**made["settings"], "url": "https://x.example/v2/clock?zone=utc"}
    assert patch(writer, made["id"], {"settings": moved}).status_code == 200


def test_a_part_is_changed_and_the_rest_stays(writer: Client) -> None:
    made = post(writer, TRADIER).json()
    response = patch(writer, made["id"], {"interval_seconds": 300})
    changed = response.json()
    assert changed["interval_seconds"] == 300
    assert changed["settings"] == made["settings"]
    refused = patch(writer, made["id"], {"kind": "tcp"})
    assert refused.json()["errors"]["kind"] == ["The kind of a check cannot be changed."]


def test_a_circle_of_parents_is_refused(writer: Client) -> None:
    first, second = add("first"), add("second")
    assert patch(writer, first.pk, {"parent": second.pk}).status_code == 200
    response = patch(writer, second.pk, {"parent": first.pk})
    assert response.json()["errors"]["parent"]


def test_pausing_resuming_running_and_deleting(writer: Client) -> None:
    check = add("one")
    probed(START_MS, {check: GOOD})
    paused = post(writer, {}, f"{ADDRESS}/{check.pk}/pause").json()
    assert (paused["enabled"], paused["status"]) == (False, "paused")
    resumed = post(writer, {}, f"{ADDRESS}/{check.pk}/resume/").json()
    assert (resumed["enabled"], resumed["status"]) == (True, "new")
    CheckState.objects.update(due_ms=2 * START_MS)
    assert post(writer, {}, f"{ADDRESS}/{check.pk}/run").status_code == 200
    assert (CheckState.objects.get().due_ms or 0) < 2 * START_MS
    assert writer.delete(f"{ADDRESS}/{check.pk}").status_code == 204
    assert not Transition.objects.exists()


def test_what_cannot_be_run_is_said(writer: Client) -> None:
    paused = add("one", enabled=False)
    heartbeat = Check(name="job", kind="heartbeat")
    save_check(heartbeat, {})
    for check in (paused, heartbeat):
        response = post(writer, {}, f"{ADDRESS}/{check.pk}/run")
        assert response.status_code == 409
        assert "is not run" in response.json()["detail"]


def test_one_check_comes_with_what_its_last_probe_has_seen(reader: Client) -> None:
    check = add("one")
    seen = {"status": 503, "body": "busy"}
    busy = Result(Status.DOWN, Reason.MISMATCH, "503", 9.0, {"connect": 0.30000004}, seen)
    probed(START_MS, {check: busy})
    body = reader.get(f"{ADDRESS}/{check.pk}").json()
    assert (body["reason"], body["phases_ms"]) == ("unexpected answer", {"connect": 0.3})
    assert body["evidence"]["body"] == "busy"
    assert "evidence" not in reader.get(ADDRESS).json()["results"][0]


def test_results_are_the_changes_the_newest_first(reader: Client) -> None:
    check = add("one")
    probed(START_MS, {check: GOOD})
    probed(START_MS + 5000, {check: REFUSED})
    body = reader.get(f"{ADDRESS}/{check.pk}/results").json()
    assert [row["status"] for row in body["results"]] == ["down", "up"]
    assert body["results"][0]["ended"] is None
    assert body["results"][1]["duration_seconds"] == 5


def test_availability_is_of_four_periods(reader: Client) -> None:
    check = add("one")
    rows = reader.get(f"{ADDRESS}/{check.pk}/availability").json()
    assert [row["period"] for row in rows] == ["24h", "7d", "30d", "90d"]
    assert {row["percent"] for row in rows} == {None}


def test_a_list_is_filtered(reader: Client) -> None:
    up, down = add("Payments up", tags=["shop"]), add("down", tags=["shop-2"])
    probed(START_MS, {up: GOOD, down: REFUSED})

    def names(query: str) -> list[str]:
        body = reader.get(f"{ADDRESS}?{query}").json()
        return [row["name"] for row in body["results"]]

    assert names("status=down") == ["down"]
    assert names("kind=tcp&name=PAY") == ["Payments up"]
    assert names("tag=shop") == ["Payments up"]
    assert names("enabled=false") == []
    assert reader.get(f"{ADDRESS}?enabled=perhaps").status_code == 400
    assert reader.get(f"{ADDRESS}?kind=telepathy").status_code == 400
    assert reader.get(f"{ADDRESS}?name=%00").status_code == 400


def test_a_heartbeat_answers_with_its_address(writer: Client) -> None:
    settings = {"period_seconds": 86_400, "grace_seconds": 3600}
    body = {"name": "nightly job", "kind": "heartbeat", "settings": settings}
    made = post(writer, body).json()
    assert made["ping_url"].startswith("http://testserver/ping/")
    assert writer.get(made["ping_url"]).content == b"OK"
    assert writer.get(f"{ADDRESS}/{made['id']}").json()["status"] == "up"


def test_dependencies_are_told_in_detailed_health(reader: Client) -> None:
    check, paused = add("Tradier"), add("paused", enabled=False)
    probed(START_MS, {check: GOOD})
    assert not paused.enabled
    (told,) = reader.get("/api/health/detailed").json()["dependencies"]
    assert told == {
        "name": "Tradier",
        "kind": "tcp",
        "status": "up",
        "response_time_ms": 12.5,
        "checked_at": "2026-09-21T14:13:20.000Z",
        "message": "200 OK",
    }
