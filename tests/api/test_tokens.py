"""Tokens: refused with the reason, and never kept in the clear."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from opsportal.models import ApiToken, Scope
from opsportal.tokens import digest, make_token, note_use

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def ask(secret: str) -> tuple[int, str]:
    response = Client().get("/api/v1/series", headers={"Authorization": f"Bearer {secret}"})
    if response.status_code == 401:
        assert response["WWW-Authenticate"] == "Bearer"
    return response.status_code, response.json().get("detail", "")


def test_nobody_is_refused_with_401() -> None:
    response = Client().get("/api/v1/series")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("secret", ["ops_wrong", "", "ops_\xff", "a b c"])
def test_an_unknown_token_is_refused(secret: str) -> None:
    status, detail = ask(secret)
    assert status == 401
    assert "unknown" in detail


def test_an_expired_token_is_told_so() -> None:
    _, secret = make_token("old", expires_at=NOW - timedelta(days=9000))
    status, detail = ask(secret)
    assert (status, "expired" in detail) == (401, True)


def test_a_revoked_token_is_told_so() -> None:
    token, secret = make_token("gone")
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=NOW)
    status, detail = ask(secret)
    assert (status, "revoked" in detail) == (401, True)


def test_a_ping_token_may_not_read() -> None:
    _, secret = make_token("job", Scope.PING)
    status, detail = ask(secret)
    assert (status, "read" in detail) == (403, True)


def test_a_read_token_may_not_write() -> None:
    _, secret = make_token("reader")
    response = Client().post(
        "/api/v1/points",
        {"points": []},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert response.status_code == 403
    assert "write" in response.json()["detail"]


def test_only_the_digest_is_kept() -> None:
    token, secret = make_token("machine")
    kept = " ".join(str(value) for value in ApiToken.objects.values().get(pk=token.pk).values())
    assert secret not in kept
    assert digest(secret) in kept


def test_use_is_noted_once_a_minute() -> None:
    token, _ = make_token("machine")
    for seconds in (0, 59):
        note_use(ApiToken.objects.get(pk=token.pk), NOW + timedelta(seconds=seconds))
    assert ApiToken.objects.get(pk=token.pk).last_used_at == NOW
    note_use(ApiToken.objects.get(pk=token.pk), NOW + timedelta(seconds=61))
    assert ApiToken.objects.get(pk=token.pk).last_used_at == NOW + timedelta(seconds=61)


def test_a_person_of_the_staff_reads_but_writes_only_with_a_csrf_token() -> None:
    root = User.objects.create_superuser("root")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(root)
    assert browser.get("/api/v1/series").status_code == 200
    refused = browser.post("/api/v1/points", {"points": []}, content_type="application/json")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]


def test_a_person_outside_the_staff_may_not_read() -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("guest"))
    assert browser.get("/api/v1/series").status_code == 403


def test_the_command_prints_the_token_alone() -> None:
    out, err = StringIO(), StringIO()
    call_command("token", "grafana", "--expires-days", "30", stdout=out, stderr=err)
    secret = out.getvalue().strip()
    assert ask(secret)[0] == 200
    assert secret not in err.getvalue()
    assert "grafana" in err.getvalue()


@pytest.mark.parametrize("words", [[""], ["x" * 101], ["x", "--expires-days", "0"]])
def test_the_command_refuses_what_is_no_token(words: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("token", *words)


def test_the_admin_shows_a_token_once_and_revokes_it(admin_client: Client) -> None:
    page = reverse("admin:opsportal_apitoken_changelist")
    form = {"name": "grafana", "scope": "read", "expires_at_0": "", "expires_at_1": ""}
    made = admin_client.post(reverse("admin:opsportal_apitoken_add"), form, follow=True)
    [secret] = [word for word in made.content.decode().split() if word.startswith("ops_")][:1]
    secret = secret.split("<")[0]
    assert ask(secret)[0] == 200
    assert secret not in admin_client.get(page).content.decode()
    token = ApiToken.objects.get(name="grafana")
    admin_client.post(page, {"action": "revoke", "_selected_action": [token.pk]})
    assert ask(secret)[0] == 401
