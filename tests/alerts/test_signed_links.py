"""Links in messages act without a login, by their signature, and never by being looked at."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from alerts import links
from alerts.models import Silence
from tests.alerts.watched_host import alert, measure, threshold

pytestmark = pytest.mark.django_db


def path(url: str) -> str:
    return urlsplit(url).path


@pytest.fixture
def acknowledge() -> str:
    threshold()
    measure(95, 0)
    return path(links.acknowledge_url(alert().pk))


def test_a_link_that_was_changed_is_refused(client: Client, acknowledge: str) -> None:
    response = client.post(acknowledge[:-3] + "xyz")
    assert response.status_code == 400
    assert "not one of the portal" in response.content.decode()
    assert alert().acknowledged_ms is None


def test_a_link_for_one_thing_does_no_other(client: Client, acknowledge: str) -> None:
    response = client.post(acknowledge.replace("acknowledge", "silence"))
    assert response.status_code == 400
    assert not Silence.objects.exists()


def test_an_expired_link_says_so(
    client: Client, acknowledge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MAX_AGE_SECONDS", -1)
    response = client.get(acknowledge)
    assert response.status_code == 410
    assert "has expired" in response.content.decode()


def test_a_scanner_that_follows_the_link_changes_nothing(client: Client, acknowledge: str) -> None:
    for method in (client.get, client.head):
        assert method(acknowledge).status_code == 200
    assert alert().acknowledged_ms is None


def test_without_the_form_of_the_page_nothing_is_done(acknowledge: str) -> None:
    assert Client(enforce_csrf_checks=True).post(acknowledge).status_code == 403
    assert alert().acknowledged_ms is None


def test_the_button_acknowledges_and_the_second_time_says_so(
    client: Client, acknowledge: str
) -> None:
    assert "Acknowledged." in client.post(acknowledge).content.decode()
    assert alert().acknowledged_by == "a link in a message"
    assert "already" in client.post(acknowledge).content.decode()


def test_the_other_link_silences_for_an_hour(client: Client, acknowledge: str) -> None:
    client.post(path(links.silence_url(alert().pk)))
    (made,) = Silence.objects.all()
    assert made.ends_ms - made.starts_ms == 3_600_000
