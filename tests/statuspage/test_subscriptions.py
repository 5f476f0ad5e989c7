"""Subscribing by e-mail: confirmed first, told to nobody else, ended with one click."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from opsportal.mail import outbox
from opsportal.mail.models import Mail
from opsportal.statuspage import links, subscribing, telling, views
from opsportal.statuspage.models import Incident, IncidentUpdate, Page, Subscriber

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
READER = "reader@example.com"


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(outbox, "wake", lambda: None)
    monkeypatch.setattr(telling, "_wake", lambda: None)
    views.forget()
    return Page.objects.create(
        published=True, title="Example status", mail_sender="Status <status@example.com>"
    )


def ask(client: Client, email: str = READER) -> Any:
    return client.post("/status/subscribe", {"email": email})


def subscribed(email: str = READER) -> Subscriber:
    return Subscriber.objects.create(email=email, asked_at=NOW, confirmed_at=NOW)


def link_in(text: str, name: str) -> str:
    found = re.search(rf"/status/{name}/\S+", text)
    assert found is not None, text
    return found[0]


def write_update(**given: Any) -> IncidentUpdate:
    incident = Incident.objects.create(title="Slow orders", impact="major")
    return IncidentUpdate.objects.create(incident=incident, text="We are on it.", **given)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a@example.com\nBcc: b@example.com", "ä@example.com"]
)
def test_what_is_no_address_is_refused_in_words(client: Client, email: str) -> None:
    answer = ask(client, email)
    assert answer.status_code == 400
    assert "aria-invalid" in answer.content.decode()
    assert not Mail.objects.exists()


@pytest.mark.parametrize("lack", [{"published": False}, {"mail_sender": ""}])
def test_nobody_subscribes_to_what_is_not_offered(client: Client, lack: dict[str, Any]) -> None:
    Page.objects.update(**lack)
    assert ask(client).status_code == 404
    assert not Subscriber.objects.exists()


def test_a_stranger_cannot_tell_who_is_subscribed(client: Client) -> None:
    subscribed("known@example.com")
    Subscriber.objects.create(email="waits@example.com", asked_at=datetime.now(UTC))
    answers = {
        ask(client, each).content
        for each in ("known@example.com", "waits@example.com", "new@example.com")
    }
    assert len(answers) == 1


def test_an_address_is_mailed_once_an_hour_however_often_it_is_typed_in(client: Client) -> None:
    for each in (READER, READER.upper(), f" {READER} "):
        assert ask(client, each).status_code == 200
    assert Mail.objects.count() == 1
    Subscriber.objects.update(asked_at=datetime.now(UTC) - timedelta(hours=2))
    ask(client)
    assert Mail.objects.count() == 2


def test_a_flood_is_stopped(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "MOST_AN_HOUR", 2)
    assert [ask(client, f"{each}@example.com").status_code for each in range(3)] == [200, 200, 503]


def test_nothing_is_sent_before_the_mailbox_has_confirmed(client: Client, page: Page) -> None:
    ask(client)
    write_update()
    telling.tell(NOW)
    confirmation = Mail.objects.get()
    assert confirmation.sender == page.mail_sender
    address = link_in(confirmation.text, "confirm")
    # A scanner that follows the link confirms nothing.
    assert client.get(address).status_code == 200
    assert Subscriber.objects.get().confirmed_at is None
    assert client.post(address).status_code == 200
    assert Subscriber.objects.get().confirmed_at is not None


@pytest.mark.parametrize("name", ["confirm", "unsubscribe"])
def test_a_link_that_was_changed_does_nothing(client: Client, name: str) -> None:
    reader = subscribed()
    other = signing.dumps(reader.pk, salt="something else")
    for token in (other, "nonsense"):
        assert client.post(f"/status/{name}/{token}").status_code == 400
    assert Subscriber.objects.exists()


def test_a_confirmation_runs_out_and_is_forgotten(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client)
    monkeypatch.setattr(links, "CONFIRM_SECONDS", -1)
    answer = client.post(link_in(Mail.objects.get().text, "confirm"))
    assert answer.status_code == 400
    assert "run out" in answer.content.decode()
    subscribing.forget_unconfirmed(datetime.now(UTC) + timedelta(days=3))
    assert not Subscriber.objects.exists()


def test_an_update_is_one_mail_to_each_who_has_confirmed() -> None:
    subscribed()
    subscribed("second@example.com")
    Subscriber.objects.create(email="waits@example.com", asked_at=NOW)
    write_update(stage="identified")
    telling.tell(NOW)
    telling.tell(NOW)
    letters = Mail.objects.order_by("recipient")
    assert [each.recipient for each in letters] == [READER, "second@example.com"]
    assert letters[0].subject == "Identified: Slow orders"
    assert "We are on it." in letters[0].text
    assert letters[0].headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letters[0].headers["List-Unsubscribe"] != letters[1].headers["List-Unsubscribe"]


@pytest.mark.parametrize("quiet", ["unpublished", "not by mail"])
def test_what_nobody_was_to_hear_is_not_told_later(quiet: str) -> None:
    subscribed()
    if quiet == "unpublished":
        Page.objects.update(published=False)
    write_update(by_mail=quiet != "not by mail")
    telling.tell(NOW)
    Page.objects.update(published=True)
    telling.tell(NOW)
    assert not Mail.objects.exists()


def test_one_click_ends_it_without_a_cookie_and_takes_back_what_waits() -> None:
    subscribed()
    write_update()
    telling.tell(NOW)
    address = link_in(Mail.objects.get().text, "unsubscribe")
    client = Client(enforce_csrf_checks=True)
    assert client.get(address).status_code == 200
    assert Subscriber.objects.exists()
    form = "List-Unsubscribe=One-Click"
    answer = client.post(address, form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not answer.cookies
    assert not Subscriber.objects.exists()
    assert not Mail.objects.exists()
    assert client.post(address).status_code == 200  # twice is as good as once


def test_the_page_offers_it_only_where_mail_has_a_sender(client: Client) -> None:
    assert 'action="/status/subscribe"' in client.get("/status/").content.decode()
    page = Page.objects.get()
    page.mail_sender = ""
    page.save()
    assert "subscribe" not in client.get("/status/").content.decode()
