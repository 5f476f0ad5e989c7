"""Apprise: addresses that are refused, services that fail, and what is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from apprise.plugins.custom_json import NotifyJSON
from pytest_django import Settings

from alerts.channels import base
from alerts.channels.apprise import Apprise
from alerts.channels.base import PermanentError, TemporaryError
from opsportal.lib.kinds import SettingsError
from tests.channels.messages import hostile, item, message, resolved_item
from tests.channels.receivers import METADATA, Answer, Receiver, never_answers, receiving
from tests.probes.misbehaving import serving


def to(receiver: Receiver) -> Apprise:
    return Apprise(url=f"json://user:hushhush@127.0.0.1:{receiver.port}/secretpath")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "unheard://of",
        "slack://",
        "syslog://",
        "dbus://",
        "json://a.example/\njson://b.example/",
        "json://a.example/, json://b.example/",
        "discord://123456789012345678/abcdefghijklmnop?template=/etc/passwd",
    ],
)
def test_addresses_that_cannot_work_are_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Apprise(url=url)


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_service_that_refuses_is_tried_again_and_says_why(status: int) -> None:
    with (
        receiving(Answer(status, b"secretpath")) as receiver,
        pytest.raises(TemporaryError, match=f"Failed to send.*{status}") as raised,
    ):
        to(receiver).send(message())
    assert "secretpath" not in str(raised.value)
    assert "hushhush" not in str(raised.value)


def test_a_service_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TIMEOUT_SECONDS", 0.3)
    with serving(never_answers) as port, pytest.raises(TemporaryError):
        Apprise(url=f"json://127.0.0.1:{port}/").send(message())


def test_a_redirect_is_not_followed() -> None:
    with receiving() as inner:
        answer = Answer(307, b"", {"Location": inner.url})
        with receiving(answer) as receiver, pytest.raises(TemporaryError):
            to(receiver).send(message())
    assert inner.received == []


def test_a_forbidden_address_is_permanent(settings: Settings) -> None:
    with pytest.raises(PermanentError, match="never allowed"):
        Apprise(url=METADATA.replace("http://", "json://")).send(message())
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    with pytest.raises(PermanentError, match="private"):
        Apprise(url="json://127.0.0.1:9/").send(message())


def test_its_address_stays_out_of_its_repr() -> None:
    assert "hush" not in repr(Apprise(url="json://user:hush@127.0.0.1/"))


def test_a_message_is_told_in_plain_words() -> None:
    with receiving() as receiver:
        assert "Sent JSON" in to(receiver).send(message()).answer
    sent = receiver.received[0].json
    assert sent["title"] == "CPU 97.2 % on web-1, above 90 %"
    assert sent["type"] == "failure"
    assert "97.2 %, limit > 90 %  ▁▄█" in sent["message"]
    assert "Runbook: https://wiki.example.com/cpu" in sent["message"]


def test_a_recovery_is_told_as_success() -> None:
    with receiving() as receiver:
        to(receiver).send(message(resolved_item()))
    assert receiver.received[0].json["type"] == "success"


def test_what_users_have_named_is_cut() -> None:
    with receiving() as receiver:
        to(receiver).send(hostile())
    sent = receiver.received[0].json
    assert "\n" not in sent["title"]
    assert len(sent["message"]) < 10_000


def test_the_key_stands_at_the_end_and_names_are_no_markup() -> None:
    with receiving() as receiver:
        url = f"json://127.0.0.1:{receiver.port}/?format=html"
        Apprise(url=url).send(message(item(summary="<img src=x> *bold*")))
    sent = receiver.received[0].json["message"]
    assert sent.endswith("key-1")
    assert "<img" not in sent
    assert "&lt;img" in sent


@pytest.mark.parametrize(("body", "title"), [(160, 0), (67, 0), (2000, 250)])
@pytest.mark.parametrize("form", ["text", "html", "markdown"])
def test_whatever_is_cut_for_a_short_service_the_key_is_not(
    body: int, title: int, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyJSON, "body_maxlen", body)
    monkeypatch.setattr(NotifyJSON, "title_maxlen", title)
    key = "0123456789abcdef" * 2
    with receiving() as receiver:
        url = f"json://127.0.0.1:{receiver.port}/?format={form}"
        Apprise(url=url).send(replace(hostile(), idempotency_key=key))
    told = receiver.received[0].json["message"]
    assert told.endswith(key)
    assert len(told) <= body
