"""A screen on the wall stays logged in for longer than a session lasts."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client, override_settings
from django.utils import timezone

pytestmark = pytest.mark.django_db
BEGAN = timezone.now()


class Clock:
    """Of sessions and cookies, and of the dashboard."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = BEGAN
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)
        monkeypatch.setattr("time.time_ns", lambda: round(self.now.timestamp() * 1e9))
        monkeypatch.setattr("time.time", lambda: self.now.timestamp())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def ask(client: Client, clock: Clock) -> int:
    """As a browser does, which keeps a cookie no longer than it was told."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    if cookie["expires"] and parsedate_to_datetime(cookie["expires"]) <= clock.now:
        client.cookies.clear()
    return client.get("/dashboard/data?wall=1").status_code


def test_for_two_months_of_refreshes_it_is_logged_in(client: Client, clock: Clock) -> None:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    answers = []
    for _ in range(60 * 2):
        answers.append(ask(client, clock))
        clock.now += timedelta(hours=12)
    assert set(answers) == {200}
    assert Session.objects.get().expire_date > clock.now + timedelta(days=12)


def test_without_a_wall_a_session_ends_when_it_should(client: Client, clock: Clock) -> None:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    clock.now += timedelta(seconds=settings.SESSION_COOKIE_AGE + 1)
    assert ask(client, clock) == 401


def test_after_the_secret_key_was_changed_it_is_logged_in(client: Client, clock: Clock) -> None:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    assert ask(client, clock) == 200
    former = settings.SECRET_KEY
    clock.now += timedelta(hours=1)
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[former]):
        assert ask(client, clock) == 200
    # Its session is kept under the new key: the former may be forgotten.
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert ask(client, clock) == 200
