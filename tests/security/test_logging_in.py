"""Guessing passwords leads nowhere, and people hear of it."""

import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from monitoring.store import Selector, latest

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("alice", password=PASSWORD, is_staff=True)


def log_in(client: Client, password: str, address: str = "192.0.2.1") -> Any:
    return client.post(
        "/admin/login/?next=/admin/",
        {"username": "alice", "password": password},
        REMOTE_ADDR=address,
    )


@pytest.fixture
def locked_out(user: User, client: Client) -> Client:
    for _ in range(5):
        log_in(client, "wrong")
    return client


def test_after_five_wrong_passwords_the_right_one_does_not_help(locked_out: Client) -> None:
    answer = log_in(locked_out, PASSWORD)
    assert answer.status_code == 429
    assert "for 15 minutes" in answer.content.decode()
    assert "_auth_user_id" not in locked_out.session


def test_a_stranger_elsewhere_cannot_lock_out_whose_name_it_is(locked_out: Client) -> None:
    assert log_in(locked_out, PASSWORD, "192.0.2.99").status_code == 302


def test_a_lockout_is_told(user: User, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "opsportal.access.lockout"):
        for _ in range(5):
            log_in(client, "wrong guess of mine")
    assert "locked out: 'alice' from 192.0.2.1" in caplog.text
    assert "wrong guess of mine" not in caplog.text
    (point,) = latest(Selector("portal_login_lockouts"))
    assert point.value == 1


def test_the_right_password_forgives_the_wrong_ones_before(user: User, client: Client) -> None:
    for _ in range(4):
        log_in(client, "wrong")
    assert log_in(client, PASSWORD).status_code == 302
    client.logout()
    for _ in range(4):
        assert log_in(client, "wrong").status_code == 200


@pytest.mark.parametrize("password", ["short", "123456789012", "password1234"])
def test_a_weak_password_is_refused(user: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, user)
