"""A password alone does not let in who has a second factor, or whose role requires one."""

import re
from base64 import b32decode
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import hotp

from opsportal.access.models import Role, SecondFactor
from opsportal.access.roles import ensure_roles
from opsportal.access.second_factor import Outcome, matching_step, new_secret, prove, set_up
from opsportal.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PASSWORD = "a long enough password"
PAGES = ("/", "/admin/", "/account/", "/alerts/", "/admin/password_change/")


def code_at(secret: str, moment: datetime) -> str:
    return f"{hotp(b32decode(secret), int(moment.timestamp()) // 30):06d}"


@pytest.fixture
def alice() -> User:
    return User.objects.create_superuser("alice", password=PASSWORD)


@pytest.fixture
def secret() -> str:
    return new_secret()


@pytest.fixture
def codes(alice: User, secret: str) -> list[str]:
    """Alice has a second factor; these are her recovery codes."""
    return set_up(alice, secret, 0, NOW)


@pytest.fixture
def half_way(client: Client, codes: list[str]) -> Client:
    """After the password, before the code."""
    client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
    return client


def enter(client: Client, code: str) -> int:
    return client.post("/account/second-factor/", {"code": code}).status_code


# --- Codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["", "000000x", "12345", "\u0661\u0662\u0663\u0664\u0665\u0666", "\0", "9" * 500]
)
def test_what_is_no_code_is_wrong(alice: User, codes: list[str], code: str) -> None:
    assert prove(alice, code, NOW) == Outcome.WRONG


def test_a_code_counts_once(alice: User, secret: str, codes: list[str]) -> None:
    code = code_at(secret, NOW)
    assert prove(alice, code, NOW) == Outcome.RIGHT
    assert prove(alice, code, NOW + timedelta(seconds=1)) == Outcome.WRONG


@pytest.mark.parametrize(("late", "is_right"), [(-30, True), (31, True), (95, False), (-95, False)])
def test_a_clock_may_be_half_a_minute_off(secret: str, late: int, is_right: bool) -> None:
    code = code_at(secret, NOW + timedelta(seconds=late))
    assert (matching_step(secret, code, 0, NOW) is not None) == is_right


def test_five_wrong_codes_stop_the_guessing_for_a_while(
    alice: User, secret: str, codes: list[str]
) -> None:
    for _ in range(5):
        prove(alice, "wrong", NOW)
    assert prove(alice, code_at(secret, NOW), NOW) == Outcome.PAUSED
    later = NOW + timedelta(minutes=16)
    assert prove(alice, code_at(secret, later), later) == Outcome.RIGHT


def test_a_recovery_code_counts_once(alice: User, codes: list[str]) -> None:
    assert prove(alice, codes[3].upper(), NOW) == Outcome.RECOVERED
    assert prove(alice, codes[3], NOW) == Outcome.WRONG
    assert prove(alice, codes[4].replace("-", " "), NOW) == Outcome.RECOVERED


def test_neither_key_nor_codes_can_be_read_in_the_database(secret: str, codes: list[str]) -> None:
    row = str(SecondFactor.objects.values().get())
    assert secret not in row
    assert not any(code in row or code.replace("-", "") in row for code in codes)


# --- The way in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_the_password_alone_leads_to_the_code(half_way: Client, path: str) -> None:
    answer = half_way.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/second-factor/?next=")


@pytest.mark.parametrize("path", ["/api/v1/checks", "/api/health/detailed", "/dashboard/data"])
def test_the_password_alone_does_not_open_the_api(half_way: Client, path: str) -> None:
    answer = half_way.get(path)
    assert answer.status_code == 401
    assert "second factor" in answer.json()["detail"]


def test_nor_does_it_replace_or_remove_the_factor(half_way: Client, codes: list[str]) -> None:
    assert half_way.get("/account/second-factor/set-up/").status_code == 302
    half_way.post("/account/second-factor/remove/", {"code": codes[0]})
    assert SecondFactor.objects.count() == 1


def test_public_addresses_stay_open(half_way: Client) -> None:
    assert half_way.get("/api/health/liveness").status_code == 200
    assert half_way.get("/api/health").status_code in {200, 503}


def test_the_code_opens_everything(half_way: Client, secret: str) -> None:
    key = half_way.session.session_key
    assert enter(half_way, "000000") == 200
    assert enter(half_way, code_at(secret, datetime.now(UTC))) == 302
    assert half_way.session.session_key != key
    assert half_way.get("/account/").status_code == 200


def test_nobody_is_led_elsewhere_after_it(half_way: Client, codes: list[str]) -> None:
    form = {"code": codes[0], "next": "https://evil.example/"}
    answer = half_way.post("/account/second-factor/", form)
    assert answer.headers["Location"] == "/"
    entry = AuditEntry.objects.get(action="used a recovery code")
    assert entry.changes == {"left": 9}


# --- Setting up -----------------------------------------------------------------------------------


def test_who_sets_it_up_sees_the_recovery_codes_once(client: Client, alice: User) -> None:
    client.force_login(alice)
    elsewhere = Client()
    elsewhere.force_login(alice)
    page = client.get("/account/second-factor/set-up/").content.decode()
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    wrong = client.post("/account/second-factor/set-up/", {"code": "000000"})
    assert "This code is wrong." in wrong.content.decode()
    right = {"code": code_at(found[1], datetime.now(UTC))}
    done = client.post("/account/second-factor/set-up/", right).content.decode()
    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", done)) == 10
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_a_role_can_require_it(client: Client) -> None:
    ensure_roles()
    Role.objects.filter(group__name="operator").update(requires_second_factor=True)
    bob = User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    bob.groups.add(Group.objects.get(name="operator"))
    client.post("/admin/login/", {"username": "bob", "password": PASSWORD})
    assert client.get("/").status_code == 302
    page = client.get("/account/second-factor/", follow=True).content.decode()
    assert "One of your roles requires a second factor." in page


def test_a_lost_factor_is_removed_on_the_command_line(alice: User, codes: list[str]) -> None:
    with pytest.raises(CommandError, match="There is no user"):
        call_command("second_factor", "nobody", "--remove")
    call_command("second_factor", "alice", "--remove")
    with pytest.raises(CommandError, match="no second factor"):
        call_command("second_factor", "alice", "--remove")
    assert not SecondFactor.objects.exists()
