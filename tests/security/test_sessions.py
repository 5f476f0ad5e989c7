"""Each person sees where he or she is logged in, and ends it there."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


def logged_in(user: User, agent: str) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post(
        "/admin/login/", {"username": user.get_username(), "password": "x"}, REMOTE_ADDR="192.0.2.7"
    )
    return client


@pytest.fixture
def alice() -> User:
    return User.objects.create_superuser("alice", password="x")


@pytest.fixture
def here(alice: User) -> Client:
    return logged_in(alice, "Firefox here")


@pytest.fixture
def there(alice: User) -> Client:
    return logged_in(alice, "Chromium there")


def ids(client: Client) -> list[str]:
    page = client.get("/account/").content.decode()
    return re.findall(r'name="session" value="([0-9a-f]{16})"', page)


def test_the_sessions_of_others_are_neither_seen_nor_ended(here: Client) -> None:
    bob = User.objects.create_superuser("bob", password="x")
    his, other = logged_in(bob, "Bob's browser"), logged_in(bob, "Bob's second")
    assert "Bob" not in here.get("/account/").content.decode()
    (wanted,) = ids(his)
    here.post("/account/sessions/end/", {"session": wanted})
    assert other.get("/account/").status_code == 200


def test_one_is_listed_without_its_key_and_ended(here: Client, there: Client) -> None:
    page = here.get("/account/").content.decode()
    assert "Chromium there" in page
    assert "192.0.2.7" in page
    assert str(there.session.session_key) not in page
    (wanted,) = ids(here)
    here.post("/account/sessions/end/", {"session": wanted})
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_all_others_are_ended_at_once(alice: User, here: Client, there: Client) -> None:
    third = logged_in(alice, "a third")
    here.post("/account/sessions/end/", {"session": "others"})
    assert [each.get("/account/").status_code for each in (here, there, third)] == [200, 302, 302]


def test_an_administrator_ends_those_of_a_user(admin_client: Client, alice: User) -> None:
    hers = logged_in(alice, "Firefox")
    form = {"action": "end_sessions", "_selected_action": [alice.pk]}
    admin_client.post("/admin/auth/user/", form)
    assert hers.get("/account/").status_code == 302


@pytest.mark.parametrize("wanted", ["", "x", "0" * 16])
def test_a_session_that_is_not_there_is_no_error(here: Client, wanted: str) -> None:
    assert here.post("/account/sessions/end/", {"session": wanted}).status_code == 302
