"""Settings that are tried before they are saved."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from monitoring.editing import save_check
from monitoring.models import Check
from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.trial import MOST_AT_ONCE, BusyError, try_probe
from opsportal.lib.kinds import kind, setting
from tests.checks.test_check_admin import HTTP, LIST, OWN, text
from tests.probes.misbehaving import http, sending, serving


@kind
class Waits(Probe):
    """Ends when it is told to, whatever its timeout."""

    name = "waits"
    label = "Waits"
    password: str = setting("Password", default="", secret=True)

    def probe(self, timeout_seconds: float) -> Result:
        released.wait(10)
        return Result(Status.UP, Reason.OK, "released")


released = threading.Event()


@pytest.fixture(autouse=True)
def _nobody_waits() -> Any:
    released.clear()
    yield
    released.set()
    wait_for_places()


def wait_for_places() -> None:
    """Until every trial's thread has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith("trial"):
            thread.join(5)


def test_a_probe_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.trial._GRACE_SECONDS", 0.1)
    trial = try_probe(Waits(), {}, 0.1)
    assert not released.is_set()
    assert (trial.result.status, trial.message) == (Status.DOWN, "no answer within 0.1 s")


def test_too_many_at_once_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.trial._GRACE_SECONDS", 0.0)
    for _ in range(MOST_AT_ONCE):
        try_probe(Waits(), {}, 0.01)
    with pytest.raises(BusyError):
        try_probe(Waits(), {}, 0.01)
    released.set()
    wait_for_places()
    assert try_probe(Waits(), {}, 1).message == "released"


@pytest.mark.django_db
def test_whoever_is_sent_away_is_told(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(probe: Probe, given: Mapping[str, Any], timeout_seconds: float) -> None:
        raise BusyError

    monkeypatch.setattr("monitoring.check_admin.try_probe", busy)
    assert "Try again" in text(admin_client.post(f"{LIST}try/", {**OWN, **HTTP}))


@pytest.mark.django_db
def test_only_who_may_change_checks_may_try_them(client: Client) -> None:
    reader = User.objects.create_user("eve", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_check"))
    client.force_login(reader)
    check = Check(name="one", kind="http")
    save_check(check, {"url": "https://x.example/", "bearer_token": "very-secret"})
    for body in ({**OWN, **HTTP}, {**OWN, **HTTP, "check": str(check.pk)}):
        assert client.post(f"{LIST}try/", body).status_code == 403
    assert client.get(f"{LIST}{check.pk}/change/").status_code == 200
    assert "Try it now" not in text(client.get(f"{LIST}{check.pk}/change/"))


@pytest.mark.django_db
def test_a_stranger_site_cannot_start_a_trial(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(f"{LIST}try/", {**OWN, **HTTP}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("kind_asked", ["", "telepathy"])
def test_an_unknown_kind_is_refused(admin_client: Client, kind_asked: str) -> None:
    assert admin_client.post(f"{LIST}try/", {**HTTP, "kind": kind_asked}).status_code == 403


@pytest.mark.django_db
def test_a_trial_needs_no_name_and_takes_the_stored_secret(admin_client: Client) -> None:
    check = Check(name="one", kind="http")
    with serving(sending(http(b'{"status": "ok"}'))) as port:
        url = f"http://127.0.0.1:{port}/"
        save_check(check, {"url": url, "bearer_token": "very-secret"})
        tried = {**OWN, **HTTP, "name": "", "setting_url": url, "check": str(check.pk)}
        page = text(admin_client.post(f"{LIST}try/", {**tried, "setting_bearer_token": "*" * 8}))
    assert "200 OK" in page
    assert "first_byte" in page
    check.refresh_from_db()
    assert check.name == "one"
