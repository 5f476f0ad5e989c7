"""The OWASP top ten (2021), tried on a running portal. docs/security.md says what else is tested
where."""

from __future__ import annotations

import http.client
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from tests.running_portal import RunningPortal

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "<script>alert(1)</script>"
PAGES = ("/", "/alerts/", "/admin/", "/admin/auth/user/", "/account/", "/admin/audit/auditentry/")
API = ("/api/v1/checks", "/api/v1/channels", "/api/v1/plans", "/api/health/detailed", "/metrics")

TRIAL = {
    "kind": "http",
    "name": "metadata",
    "enabled": "on",
    "interval_seconds": "60",
    "timeout_seconds": "5",
    "retries": "0",
    "retry_interval_seconds": "10",
    "successes_to_recover": "1",
    "setting_method": "GET",
    "setting_expect_status": "200-299",
    "setting_degraded_ms": "0",
    "setting_down_ms": "0",
    "setting_max_size_bytes": "0",
    "setting_certificate_days": "14",
}


def log_in(portal: RunningPortal) -> requests.Session:
    session = requests.Session()
    address = f"{portal.url}/admin/login/?next=/admin/"
    session.get(address, timeout=30)
    form = {
        "username": portal.username,
        "password": portal.password,
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    done = session.post(address, form, timeout=30, allow_redirects=False)
    assert done.status_code == 302, done.text[:300]
    return session


@pytest.fixture(scope="module")
def administrator(running_portal: RunningPortal) -> Iterator[requests.Session]:
    with log_in(running_portal) as session:
        yield session


@pytest.fixture(scope="module")
def writer(running_portal: RunningPortal) -> dict[str, str]:
    return {"Authorization": f"Bearer {running_portal.token('attacker', scope='write')}"}


@pytest.fixture(scope="module")
def check(running_portal: RunningPortal, writer: dict[str, str]) -> Iterator[dict[str, Any]]:
    """With a name that is a script, and a secret."""
    body = {
        "name": SCRIPT,
        "kind": "http",
        "enabled": False,
        "settings": {"url": running_portal.url, "password": "never-to-be-seen", "username": "u"},
    }
    checks = f"{running_portal.url}/api/v1/checks"
    made = requests.post(checks, json=body, headers=writer, timeout=30)
    assert made.status_code == 201, made.text
    yield made.json()
    requests.delete(f"{checks}/{made.json()['id']}", headers=writer, timeout=30)


def raw(portal: RunningPortal, method: str, path: str, **headers: str) -> tuple[int, str, Any]:
    """Sends what `requests` would tidy up first."""
    connection = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, text, answer.headers


# --- A01 Broken access control --------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_a01_a_page_sends_a_stranger_to_the_login(running_portal: RunningPortal, path: str) -> None:
    answer = running_portal.get(path, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", API)
def test_a01_the_api_refuses_a_stranger(running_portal: RunningPortal, path: str) -> None:
    assert running_portal.get(path).status_code == 401


def test_a01_a_form_of_another_site_is_refused(
    running_portal: RunningPortal, administrator: requests.Session
) -> None:
    cookies = {"sessionid": administrator.cookies["sessionid"]}
    for path in ("/account/sessions/end/", "/admin/auth/user/add/", "/api/v1/checks"):
        answer = requests.post(f"{running_portal.url}{path}", cookies=cookies, timeout=30)
        assert answer.status_code == 403, path


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_a01_the_login_leads_nowhere_else(
    running_portal: RunningPortal, administrator: requests.Session, wanted: str
) -> None:
    address = f"{running_portal.url}/admin/login/"
    answer = administrator.get(address, params={"next": wanted}, allow_redirects=False, timeout=30)
    assert "evil.example" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../var/secret_key",
        "/static/%2e%2e/%2e%2e/secret_key",
        "/static/..%2f..%2fmanage.py",
        "/static//etc/passwd",
        "/.git/config",
        "/.env",
        "/var/secret_key",
    ],
)
def test_a01_no_file_outside_is_served(running_portal: RunningPortal, path: str) -> None:
    status, text, _ = raw(running_portal, "GET", path)
    assert status in {400, 404}
    assert "root:" not in text
    assert "DJANGO_SETTINGS_MODULE" not in text


# --- A02 Cryptographic failures -------------------------------------------------------------------


def test_a02_a_secret_is_never_given_out_again(
    running_portal: RunningPortal,
    administrator: requests.Session,
    writer: dict[str, str],
    check: dict[str, Any],
) -> None:
    address = f"{running_portal.url}/api/v1/checks/{check['id']}"
    over_api = requests.get(address, headers=writer, timeout=30).text
    form = f"{running_portal.url}/admin/monitoring/check/{check['id']}/change/"
    on_page = administrator.get(form, timeout=30).text
    in_audit = administrator.get(f"{running_portal.url}/admin/audit/auditentry/", timeout=30).text
    for text in (over_api, on_page, in_audit, running_portal.log):
        assert "never-to-be-seen" not in text


def test_a02_keys_are_this_users_alone(running_portal: RunningPortal) -> None:
    for path in (running_portal.data_dir, running_portal.data_dir / "secret_key"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a02_the_cookie_of_the_session_is_kept_from_scripts_and_other_sites(
    administrator: requests.Session,
) -> None:
    (cookie,) = (each for each in administrator.cookies if each.name == "sessionid")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"


# --- A03 Injection --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", '"; DROP TABLE x; --', "{{7*7}}", "%0d%0aX-Evil: 1", "\\x00"]
)
def test_a03_what_is_typed_is_data(
    running_portal: RunningPortal, administrator: requests.Session, text: str
) -> None:
    for path, name in (
        ("/api/v1/checks", "name"),
        ("/api/v1/series", "metric"),
        ("/", "host"),
        ("/admin/monitoring/check/", "q"),
        ("/admin/audit/auditentry/", "q"),
    ):
        address = f"{running_portal.url}{path}"
        answer = administrator.get(address, params={name: text}, timeout=30)
        assert answer.status_code in {200, 400}, (path, answer.status_code)
        assert "X-Evil" not in answer.headers


def test_a03_a_name_that_is_a_script_is_shown_as_text(
    running_portal: RunningPortal, administrator: requests.Session, check: dict[str, Any]
) -> None:
    for path in ("/", "/admin/monitoring/check/", "/admin/audit/auditentry/"):
        page = administrator.get(f"{running_portal.url}{path}", timeout=30)
        assert page.status_code == 200
        assert SCRIPT not in page.text
        assert "unsafe" not in page.headers["Content-Security-Policy"]


# --- A04 Insecure design --------------------------------------------------------------------------


def test_a04_no_request_makes_more_work_than_the_portal_gives(
    running_portal: RunningPortal, writer: dict[str, str]
) -> None:
    points = f"{running_portal.url}/api/v1/points"
    too_many = requests.post(points, json={"points": [{}] * 10_001}, headers=writer, timeout=30)
    assert too_many.status_code in {400, 413}
    listed = running_portal.get("/api/v1/series?limit=1000000", headers=writer).json()
    assert len(listed["results"]) <= 1000
    address = f"/api/v1/series/{listed['results'][0]['id']}/window?start=0&end=2000000000&step=1"
    assert running_portal.get(address, headers=writer).status_code == 400


# --- A05 Security misconfiguration ----------------------------------------------------------------


def test_a05_a_strange_host_is_refused(running_portal: RunningPortal) -> None:
    status, text, _ = raw(running_portal, "GET", "/admin/login/", Host="evil.example")
    assert status == 400
    assert "evil.example" not in text


def test_a05_an_error_tells_nothing_of_the_inside(running_portal: RunningPortal) -> None:
    for path in ("/nothing", "/api/v1/nothing", "/ping/x", "/api/v1/checks/9%00"):
        status, text, headers = raw(running_portal, "GET", path)
        assert 400 <= status < 500, path
        assert "Traceback" not in text
        assert "site-packages" not in text
        assert not re.search(r"\d", headers.get("Server", "")), "the server's version"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
def test_a05_methods_that_nobody_needs_are_refused(
    running_portal: RunningPortal, method: str
) -> None:
    status, _, _ = raw(running_portal, method, "/api/health")
    assert status >= 400


# --- A06 Vulnerable and outdated components -------------------------------------------------------


def test_a06_every_component_is_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(named) > 30
    assert [line for line in named if "==" not in line] == []


# --- A07 Identification and authentication failures -----------------------------------------------


def test_a07_logging_in_and_out_changes_the_session(running_portal: RunningPortal) -> None:
    with log_in(running_portal) as session:
        key = session.cookies["sessionid"]
        token = session.cookies["csrftoken"]
        session.post(
            f"{running_portal.url}/admin/logout/", {"csrfmiddlewaretoken": token}, timeout=30
        )
    answer = running_portal.get("/", cookies={"sessionid": key}, allow_redirects=False)
    assert answer.status_code == 302


@pytest.mark.parametrize("token", ["", "x", "ops_" + "A" * 43, "ops_' OR 1=1 --"])
def test_a07_a_wrong_token_is_refused(running_portal: RunningPortal, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert running_portal.get("/api/v1/checks", headers=headers).status_code == 401


# --- A08 Software and data integrity failures -----------------------------------------------------


@pytest.mark.parametrize("action", ["acknowledge", "silence"])
def test_a08_a_forged_link_does_nothing(running_portal: RunningPortal, action: str) -> None:
    answer = requests.post(f"{running_portal.url}/alerts/{action}/1:forged:token", timeout=30)
    assert 400 <= answer.status_code < 500


def test_a08_nothing_is_unpickled(settings: Any) -> None:
    from opsportal import celery_settings

    assert celery_settings.accept_content == ["json"]
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")


# --- A09 Security logging and monitoring failures -------------------------------------------------


def test_a09_what_happened_is_recorded_and_whole(
    running_portal: RunningPortal, administrator: requests.Session, check: dict[str, Any]
) -> None:
    page = administrator.get(f"{running_portal.url}/admin/audit/auditentry/", timeout=30).text
    assert "token attacker" in page
    assert "logged in" in page
    verified = running_portal.manage("audit", "verify")
    assert verified.returncode == 0, verified.stderr


# --- A10 Server-side request forgery --------------------------------------------------------------


def test_a10_a_check_of_the_clouds_metadata_is_not_made(
    running_portal: RunningPortal, administrator: requests.Session
) -> None:
    """In the form's trial: the checks themselves go the same way, and would tell people."""
    admin = f"{running_portal.url}/admin/monitoring/check/"
    for path in ("169.254.169.254/latest/meta-data/", "[::ffff:169.254.169.254]/", "[fe80::1]/"):
        form = {**TRIAL, "setting_url": f"http://{path}"}
        form["csrfmiddlewaretoken"] = administrator.cookies["csrftoken"]
        page = administrator.post(f"{admin}try/", form, headers={"Referer": admin}, timeout=30)
        assert page.status_code == 200, page.text[:300]
        assert "metadata service, which is never allowed" in page.text, path
