"""What every answer tells the browser, and that no page needs more than the policy allows."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = ("/admin/login/", "/api/health/liveness", "/api/v1/checks", "/ping/x", "/nothing/here")


class Inline(HTMLParser):
    """Collects what a strict policy refuses: scripts, styles and handlers within the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        handlers = [name for name in given if name == "style" or name.startswith("on")]
        code = tag == "script" and "src" not in given and given.get("type") != "application/json"
        link = (given.get("href") or given.get("action") or "").startswith("javascript:")
        if handlers or code or link or tag == "style":
            self.found.append(self.get_starttag_text() or tag)


def inline(page: str) -> list[str]:
    parser = Inline()
    parser.feed(page)
    return parser.found


def check_deploy(**variables: str) -> str:
    """What `manage.py check --deploy` writes with these variables alone."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"SECRET_KEY", "DATABASE_URL"} and not name.startswith("OPSPORTAL_")
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT,
        env={**inherited, "DJANGO_SETTINGS_MODULE": "opsportal.settings", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_an_open_address_without_tls_is_warned_of(tmp_path: Path) -> None:
    told = check_deploy(OPSPORTAL_DATA_DIR=str(tmp_path), OPSPORTAL_BIND="0.0.0.0")  # noqa: S104
    for each in ("W004", "W008", "W012", "W016"):
        assert f"security.{each}" in told


@pytest.mark.parametrize("variables", [{}, {"OPSPORTAL_HTTPS": "on"}])
def test_the_check_of_a_deployment_finds_nothing(tmp_path: Path, variables: dict[str, str]) -> None:
    told = check_deploy(OPSPORTAL_DATA_DIR=str(tmp_path), **variables)
    assert "no issues" in told, told


@pytest.mark.django_db
@pytest.mark.parametrize("address", ANSWERS)
def test_every_answer_carries_the_policies(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_over_tls_the_browser_is_told_to_stay_there(client: Client, settings: object) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000  # type: ignore[attr-defined]
    secure = client.get("/api/health/liveness", secure=True)
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.django_db
def test_no_page_of_the_admin_has_anything_inline(admin_client: Client) -> None:
    found = {}
    for model, handler in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        addresses = [base, f"{base}add/"]
        first = model._default_manager.first()
        if first is not None and type(handler).__name__ != "LogEntryAdmin":
            addresses.append(f"{base}{first.pk}/change/")
        for address in addresses:
            response = admin_client.get(address)
            if response.status_code == 200 and (wrong := inline(response.content.decode())):
                found[address] = wrong
    assert found == {}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/alerts/", "/admin/", "/api/docs", "/nothing/here"])
def test_no_other_page_has_anything_inline(admin_client: Client, address: str) -> None:
    assert inline(admin_client.get(address).content.decode()) == []


@pytest.mark.django_db
def test_pages_of_strangers_have_nothing_inline(client: Client) -> None:
    assert inline(client.get("/admin/login/").content.decode()) == []
