"""Checks in the admin: adding, trying, editing, the list and its actions."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from monitoring.editing import full_settings, save_check
from monitoring.models import Check, CheckState
from tests.checks.watched import GOOD, REFUSED, START_MS, add, probed
from tests.probes.misbehaving import http, sending, serving

pytestmark = pytest.mark.django_db
LIST = "/admin/monitoring/check/"
OWN = {
    "name": "Payments",
    "enabled": "on",
    "interval_seconds": "60",
    "timeout_seconds": "5",
    "retries": "2",
    "retry_interval_seconds": "10",
    "successes_to_recover": "1",
    "tags": "shop\nmoney",
}
HTTP = {
    "kind": "http",
    "setting_url": "https://pay.example/health",
    "setting_method": "GET",
    "setting_headers": "Accept: application/json",
    "setting_expect_status": "200-299",
    "setting_expect_json": '$.status == "ok"',
    "setting_degraded_ms": "0",
    "setting_down_ms": "0",
    "setting_max_size_bytes": "0",
    "setting_certificate_days": "14",
    "setting_follow_redirects": "on",
    "setting_verify_certificate": "on",
}


def text(response: Any) -> str:
    return str(response.content.decode())


def errors_beside(response: Any, field: str) -> str:
    """What stands in the row of a field."""
    found = re.search(rf"errorlist.{{0,400}}?id_{field}\b", text(response), re.DOTALL)
    return found[0] if found else ""


def test_what_is_wrong_with_a_setting_stands_beside_its_field(admin_client: Client) -> None:
    wrong = {**OWN, **HTTP, "setting_url": "ftp://x", "setting_expect_json": "$.a = 1"}
    response = admin_client.post(f"{LIST}add/?kind=http", wrong)
    assert response.status_code == 200
    assert "http:// or https://" in errors_beside(response, "setting_url")
    assert "is not like" in errors_beside(response, "setting_expect_json")
    assert not Check.objects.exists()


def test_an_interval_of_zero_is_refused_beside_its_field(admin_client: Client) -> None:
    response = admin_client.post(f"{LIST}add/", {**OWN, **HTTP, "interval_seconds": "0"})
    assert "greater than or equal to 1" in errors_beside(response, "interval_seconds")


def test_a_circle_of_parents_stands_beside_the_parent(admin_client: Client) -> None:
    first = Check(name="Payments", kind="http")
    save_check(first, {"url": "https://pay.example/"})
    second = add("second", parent=first)
    wrong = {**OWN, **HTTP, "parent": str(second.pk)}
    response = admin_client.post(f"{LIST}{first.pk}/change/", wrong)
    assert "second needs this check itself" in errors_beside(response, "parent")
    first.refresh_from_db()
    assert first.parent is None


def test_the_kind_of_a_check_stays_what_it_is(admin_client: Client) -> None:
    check = Check(name="Payments", kind="http")
    save_check(check, {"url": "https://pay.example/"})
    for kind in ("tcp", "telepathy", ""):
        admin_client.post(f"{LIST}{check.pk}/change/", {**OWN, **HTTP, "kind": kind})
        check.refresh_from_db()
        assert check.kind == "http"
    assert check.settings["url"] == HTTP["setting_url"]


@pytest.mark.parametrize("kind", ["", "telepathy"])
def test_without_a_known_kind_nothing_is_added(admin_client: Client, kind: str) -> None:
    page = text(admin_client.post(f"{LIST}add/", {**OWN, **HTTP, "kind": kind}))
    assert "What should be checked?" in page
    assert not Check.objects.exists()


def test_the_form_opens_when_its_secrets_cannot_be_read(
    admin_client: Client, settings: Any
) -> None:
    check = Check(name="Payments", kind="http")
    save_check(check, {"url": "https://pay.example/", "bearer_token": "very-secret"})
    settings.SECRET_KEY = "another"
    address = f"{LIST}{check.pk}/change/"
    admin_client.force_login(User.objects.get())
    assert "********" not in text(admin_client.get(address))
    wrong = admin_client.post(address, {**OWN, **HTTP, "setting_bearer_token": "********"})
    assert "enter it again" in errors_beside(wrong, "setting_bearer_token")


def test_a_tag_that_says_nothing_is_not_added(admin_client: Client) -> None:
    check = add("one")
    body = {"_selected_action": str(check.pk), "action": "add_tag", "tag": "  "}
    page = text(admin_client.post(LIST, body, follow=True))
    assert "Write the tag" in page
    check.refresh_from_db()
    assert check.tags == []


def test_strangers_and_readers_get_nowhere(client: Client) -> None:
    for address in (LIST, f"{LIST}add/", f"{LIST}try/"):
        assert client.get(address).status_code == 302


def test_first_comes_the_kind_or_a_preset(admin_client: Client) -> None:
    page = text(admin_client.get(f"{LIST}add/"))
    assert "?kind=dns" in page
    assert "?preset=tradier" in page
    preset = text(admin_client.get(f"{LIST}add/?preset=tradier"))
    assert "https://api.tradier.com/v1/markets/clock" in preset
    assert "id_setting_bearer_token" in preset


@pytest.mark.parametrize(
    "kind",
    ["http", "tcp", "tls", "dns", "icmp", "database", "redis", "celery", "heartbeat"],
)
def test_every_kind_has_a_form(admin_client: Client, kind: str) -> None:
    assert "id_setting_" in text(admin_client.get(f"{LIST}add/?kind={kind}"))


def test_a_check_is_added_and_due_at_once(admin_client: Client) -> None:
    response = admin_client.post(f"{LIST}add/?kind=http", {**OWN, **HTTP})
    assert response.status_code == 302, text(response)
    check = Check.objects.get()
    assert (check.name, check.tags, check.kind) == ("Payments", ["shop", "money"], "http")
    assert check.settings["headers"] == {"Accept": "application/json"}
    assert check.settings["expect_json"] == ['$.status == "ok"']
    assert CheckState.objects.get().due_ms is not None


def test_a_secret_is_never_shown_and_stays_when_the_form_is_saved(admin_client: Client) -> None:
    check = Check(name="Payments", kind="http")
    save_check(check, {"url": "https://pay.example/", "bearer_token": "very-secret"})
    address = f"{LIST}{check.pk}/change/"
    page = text(admin_client.get(address))
    assert "very-secret" not in page
    assert "********" in page
    saved = {**OWN, **HTTP, "setting_bearer_token": "********", "retries": "5"}
    assert admin_client.post(address, saved).status_code == 302
    check.refresh_from_db()
    assert (check.retries, full_settings(check)["bearer_token"]) == (5, "very-secret")
    admin_client.post(address, {**OWN, **HTTP, "setting_bearer_token": ""})
    check.refresh_from_db()
    assert check.secrets == ""


def test_a_trial_probes_what_the_form_says_without_saving(admin_client: Client) -> None:
    with serving(sending(http(b"token=very-secret", "401 Unauthorized"))) as port:
        tried = {
            **OWN,
            **HTTP,
            "setting_url": f"http://127.0.0.1:{port}/",
            "setting_bearer_token": "very-secret",
        }
        page = text(admin_client.post(f"{LIST}try/", tried))
    assert "credentials rejected (401)" in page
    assert "first_byte" in page
    assert "very-secret" not in page
    assert not Check.objects.exists()


def test_a_trial_of_a_form_with_errors_names_them(admin_client: Client) -> None:
    page = text(admin_client.post(f"{LIST}try/", {**OWN, **HTTP, "setting_url": ""}))
    assert "URL: This field is required." in page
    assert admin_client.get(f"{LIST}try/").status_code == 405


def test_the_list_shows_state_and_history_in_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    checks = [add(f"check {number}") for number in range(20)]
    probed(START_MS, dict.fromkeys(checks, GOOD))
    probed(START_MS + 1000, {checks[0]: REFUSED})
    with django_assert_max_num_queries(12):
        page = text(admin_client.get(LIST))
    assert page.count('class="strip"') == 20
    chip = '<a class="chip" data-status="down" title="connection refused" href="/checks/check-0">'
    assert f"{chip}down</a>" in page


def test_filters_find_what_is_broken_slow_flapping_and_paused(admin_client: Client) -> None:
    broken, slow, flapping, paused = (add(name) for name in ("broke", "slow", "flap", "idle"))
    probed(START_MS, {broken: REFUSED})
    CheckState.objects.filter(pk=slow.pk).update(response_time_ms=2000)
    CheckState.objects.filter(pk=flapping.pk).update(flapping_since_ms=START_MS)
    Check.objects.filter(pk=paused.pk).update(enabled=False, tags=["spare"])

    def found(query: str) -> list[str]:
        page = text(admin_client.get(f"{LIST}?{query}"))
        return re.findall(r'/change/\?[^"]*">(\w+)</a>|/change/">(\w+)</a>', page)

    for query, name in (
        ("health=broken", "broke"),
        ("health=slow", "slow"),
        ("health=flapping", "flap"),
        ("health=paused", "idle"),
        ("tag=spare", "idle"),
    ):
        assert ["".join(pair) for pair in found(query)] == [name]


def test_a_tag_is_added_once_and_found(admin_client: Client) -> None:
    check = add("one", tags=["shop"])
    add("two")
    body = {"_selected_action": str(check.pk), "action": "add_tag", "tag": "Zürich"}
    admin_client.post(LIST, body)
    admin_client.post(LIST, body)
    check.refresh_from_db()
    assert check.tags == ["shop", "Zürich"]
    page = text(admin_client.get(f"{LIST}?tag=Zürich"))
    assert "1 check" in page


def test_a_heartbeat_has_an_address_and_no_timing(admin_client: Client) -> None:
    body = {"name": "nightly", "enabled": "on", "kind": "heartbeat", "tags": ""}
    own = {"setting_period_seconds": "3600", "setting_grace_seconds": "60"}
    rest = {"setting_time_zone": "UTC", "setting_methods": "any", "setting_cron": ""}
    response = admin_client.post(f"{LIST}add/", {**body, **own, **rest})
    assert response.status_code == 302, text(response)
    check = Check.objects.get()
    page = text(admin_client.get(f"{LIST}{check.pk}/change/"))
    assert f"http://testserver/ping/{check.uuid}" in page
    assert "Try it now" not in page
    assert "id_retries" not in page


def test_deleting_tells_of_the_history_in_numbers(admin_client: Client) -> None:
    check = add("one")
    probed(START_MS, {check: GOOD})
    probed(START_MS + 1000, {check: REFUSED})
    page = text(admin_client.get(f"{LIST}{check.pk}/delete/"))
    assert "Changes: 2" in page
    assert "connection refused" not in page
    admin_client.post(f"{LIST}{check.pk}/delete/", {"post": "yes"})
    assert not Check.objects.exists()


def test_whoever_may_only_look_sees_settings_but_no_secret(client: Client) -> None:
    reader = User.objects.create_user("eve", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_check"))
    client.force_login(reader)
    check = Check(name="Payments", kind="http")
    save_check(check, {"url": "https://pay.example/", "bearer_token": "very-secret"})
    address = f"{LIST}{check.pk}/change/"
    page = text(client.get(address))
    assert "url: https://pay.example/" in page
    assert "very-secret" not in page
    assert client.post(address, {**OWN, **HTTP}).status_code == 403
    assert client.post(f"{LIST}{check.pk}/delete/", {"post": "yes"}).status_code == 403


def test_actions_pause_resume_and_run(admin_client: Client) -> None:
    check = add("one")
    chosen = {"_selected_action": str(check.pk)}
    admin_client.post(LIST, {**chosen, "action": "pause"})
    assert CheckState.objects.get().status == "paused"
    admin_client.post(LIST, {**chosen, "action": "resume"})
    assert CheckState.objects.get().status == "new"
    CheckState.objects.update(due_ms=2 * START_MS)
    admin_client.post(LIST, {**chosen, "action": "probe_now"})
    assert (CheckState.objects.get().due_ms or 0) < 2 * START_MS


def test_what_an_action_could_not_do_is_said(admin_client: Client) -> None:
    chosen = [add("one").pk, add("two", enabled=False).pk]
    response = admin_client.post(
        LIST, {"_selected_action": chosen, "action": "probe_now"}, follow=True
    )
    assert "1 check to be run within seconds." in text(response)
    assert "Not 1 of them: a paused check is not run" in text(response)


def test_what_is_rarely_set_is_folded_until_it_is(admin_client: Client) -> None:
    def folded(query: str) -> list[str]:
        page = text(admin_client.get(f"{LIST}add/?{query}"))
        return re.findall(r"<summary>\s*<h2[^>]*>([^<]*)", page)

    assert folded("kind=http")[0] == "Credentials"
    assert "Credentials" not in folded("preset=tradier")
    assert "Proxy" in folded("preset=tradier")


def test_a_preset_says_what_is_missing_and_finds_a_free_name(admin_client: Client) -> None:
    add("Tradier")
    page = text(admin_client.get(f"{LIST}add/?preset=tradier"))
    assert 'value="Tradier 2"' in page
    assert "Still to be filled in: <strong>Bearer token</strong>" in page
    assert "Still to be filled in" not in text(admin_client.get(f"{LIST}add/?preset=cron-job"))


def test_what_is_broken_stands_first_in_the_list(admin_client: Client) -> None:
    for name, status in (("a", "up"), ("b", "paused"), ("c", "degraded"), ("d", "down")):
        CheckState.objects.filter(owner=add(name)).update(status=status)
    listed = admin_client.get(LIST).context["cl"].result_list
    assert [check.name for check in listed] == ["d", "c", "a", "b"]


def test_a_check_that_flaps_is_neither_green_nor_red(admin_client: Client) -> None:
    state = CheckState.objects.filter(owner=add("gateway"))
    state.update(status="up", flapping_since_ms=START_MS)
    assert re.search(r'data-status="degraded"[^>]*>flapping<', text(admin_client.get(LIST)))
