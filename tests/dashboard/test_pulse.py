"""What tells an open page that something changed."""

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from monitoring.annotations import Kind, annotate
from opsportal.dashboard import pulse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_shared() -> None:
    pulse.shared_version.forget()


def ask(client: Client, key: str) -> tuple[int, str]:
    response = client.get("/dashboard/pulse", headers={"X-Dashboard-Key": key})
    return response.status_code, response.json().get("version", "")


@pytest.mark.parametrize("key", ["", "no-key", "ImRhc2hib2FyZCI:1x:forged"])
def test_a_stranger_is_refused_without_a_query(
    client: Client, key: str, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert ask(client, key) == (403, "")


def test_a_database_that_is_away_is_told_without_a_traceback(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise DatabaseError("gone")

    monkeypatch.setattr(pulse.shared_version, "_make", fail)
    assert ask(client, pulse.new_key())[0] == 503


def test_a_change_of_state_is_another_version(client: Client) -> None:
    before = ask(client, pulse.new_key())
    pulse.shared_version.forget()
    assert ask(client, pulse.new_key()) == before
    annotate(Kind.NOTE, "Something was done")
    pulse.shared_version.forget()
    assert ask(client, pulse.new_key()) != before


def test_two_hundred_pages_cost_one_look(client: Client, django_assert_num_queries: object) -> None:
    key = pulse.new_key()
    pulse.shared_version._keep_seconds = 60
    try:
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert {ask(client, key)[0] for _ in range(20)} == {200}
    finally:
        pulse.shared_version._keep_seconds = 0.5


def test_how_often_is_kept_for_each_user(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    assert client.post("/dashboard/refresh", {"seconds": "7"}).status_code == 400
    assert client.post("/dashboard/refresh", {"seconds": "60"}).status_code == 200
    client.logout()
    assert client.post("/dashboard/refresh", {"seconds": "60"}).status_code == 401
    client.force_login(User.objects.get(username="ada"))
    assert client.get("/dashboard/data").json()["refresh_seconds"] == 60
    client.force_login(User.objects.create_superuser("bea", "", "secret"))
    assert client.get("/dashboard/data").json()["refresh_seconds"] == 30


def test_on_a_wall_the_session_lasts_on_and_nothing_invites_a_click(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    assert "wall.css" not in client.get("/").content.decode()
    assert "wall.css" in client.get("/?wall=1").content.decode()
    assert client.session["wall_seen_ms"] > 0
