"""E-mail: servers that refuse, delay and break off, and what a letter looks like."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from PIL import Image
from pytest_django import Settings

from alerts.channels import base
from alerts.channels.base import PermanentError, TemporaryError
from alerts.channels.email import Email
from alerts.message import Message
from opsportal.lib.kinds import SettingsError
from tests.channels.mailboxes import (
    PASSWORD,
    USERNAME,
    Mailbox,
    authenticate,
    dropping_after_data,
    greeting,
    one_letter_at_a_time,
    receiving_mail,
)
from tests.channels.messages import hostile, item, many, message, resolved_item
from tests.channels.receivers import never_answers
from tests.probes.misbehaving import certificate, serving

TO = "ops@example.com"
GREYLISTED = {TO: "451 4.7.1 Greylisted, come again"}
CREDENTIALS = f"{USERNAME}:{PASSWORD}@"


def by(port: int, *, credentials: str = "", tls: str = "", **settings: Any) -> Email:
    url = f"smtp://{credentials}127.0.0.1:{port}{tls}"
    return Email(**{"to": TO, "sender": "Portal <portal@example.com>", "url": url, **settings})


def letter_of(sent: Message) -> Any:
    with receiving_mail(Mailbox()) as mailbox:
        by(mailbox.port).send(sent)
    return mailbox.letters[0]


def body(letter: Any, kind: str) -> str:
    return str(letter.get_body((kind,)).get_content())


@pytest.mark.parametrize(
    ("mailbox", "error", "words"),
    [
        (Mailbox(refused=GREYLISTED), TemporaryError, "451 4.7.1 Greylisted"),
        (Mailbox(refused={TO: "550 No such user"}), PermanentError, "550 No such user"),
        (Mailbox(at_data="452 Disk full"), TemporaryError, "452 Disk full"),
        (Mailbox(at_data="554 Looks like spam"), PermanentError, "554 Looks like spam"),
    ],
)
def test_a_refusal_is_permanent_and_a_delay_is_not(
    mailbox: Mailbox, error: type[Exception], words: str
) -> None:
    with receiving_mail(mailbox), pytest.raises(error, match=words):
        by(mailbox.port).send(message())


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (b"421 too busy\r\n", TemporaryError),
        (b"554 not from there\r\n", PermanentError),
        (b"HTTP/1.1 400 Bad Request\r\n", TemporaryError),
        (b"", TemporaryError),
    ],
)
def test_a_server_that_does_not_greet_is_heard(words: bytes, error: type[Exception]) -> None:
    with serving(greeting(words)) as port, pytest.raises(error):
        by(port).send(message())


def test_a_connection_that_breaks_after_the_text_is_tried_again() -> None:
    with serving(dropping_after_data) as port, pytest.raises(TemporaryError, match="closed"):
        by(port).send(message())


@pytest.mark.parametrize("answer", [never_answers, one_letter_at_a_time])
def test_a_server_that_hangs_is_left(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TIMEOUT_SECONDS", 0.3)
    started = time.monotonic()
    with serving(answer) as port, pytest.raises(TemporaryError):
        by(port).send(message())
    assert time.monotonic() - started < 60


def test_a_bad_certificate_is_temporary(tmp_path: Path) -> None:
    with serving(never_answers, certificate().server(tmp_path)) as port:
        sender = by(port, url=f"smtps://127.0.0.1:{port}")
        with pytest.raises(TemporaryError, match="certificate"):
            sender.send(message())


def test_the_certificate_of_starttls_is_verified(tmp_path: Path) -> None:
    tls = certificate().server(tmp_path)
    with receiving_mail(Mailbox(), tls_context=tls) as mailbox:
        with pytest.raises(TemporaryError, match="certificate"):
            by(mailbox.port).send(message())
        assert by(mailbox.port, tls="?tls=never").send(message())


def test_a_password_does_not_go_over_an_open_line() -> None:
    with receiving_mail(Mailbox()) as mailbox, pytest.raises(PermanentError, match="no TLS"):
        by(mailbox.port, credentials=CREDENTIALS).send(message())


@pytest.mark.parametrize("credentials", [f"{USERNAME}:wrong-pass@", "someone:wrong-pass@"])
def test_a_wrong_password_is_permanent_and_not_told(credentials: str) -> None:
    options = {"authenticator": authenticate, "auth_require_tls": False}
    with receiving_mail(Mailbox(), **options) as mailbox, pytest.raises(PermanentError) as raised:
        by(mailbox.port, credentials=credentials, tls="?tls=never").send(message())
    assert "535" in str(raised.value)
    assert "wrong-pass" not in str(raised.value)


def test_a_server_without_starttls_is_refused_where_it_is_required() -> None:
    with receiving_mail(Mailbox()) as mailbox, pytest.raises(PermanentError, match="STARTTLS"):
        by(mailbox.port, tls="?tls=required").send(message())


def test_a_forbidden_address_is_permanent() -> None:
    with pytest.raises(PermanentError, match="never allowed"):
        by(25, url="smtp://169.254.169.254").send(message())


@pytest.mark.parametrize(
    "settings",
    [
        {"to": ""},
        {"to": " , "},
        {"to": "nobody"},
        {"to": "a@example.com\r\nBcc: b@example.com"},
        {"to": "ünï@example.com"},
        {"to": ",".join(f"a{number}@example.com" for number in range(51))},
        {"sender": "portal@example.com\r\nBcc: b@example.com"},
        {"sender": "nobody"},
        {"url": "http://mail.example.com"},
        {"url": "smtp://"},
        {"url": "smtp://mail.example.com:0"},
        {"url": "smtp://mail.example.com:http"},
        {"url": "smtp://mail.example.com?tls=maybe"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Email.from_settings({"to": TO, **settings})


def test_who_was_refused_is_told_where_others_were_not() -> None:
    with receiving_mail(Mailbox(refused={"gone@example.com": "550 No such user"})) as mailbox:
        receipt = by(mailbox.port, to=f"{TO}, gone@example.com").send(message())
    assert receipt.answer == "taken for 1 of 2; gone@example.com: 550 No such user"
    assert mailbox.recipients == [[TO]]


def test_what_users_have_named_is_escaped_cut_and_in_its_place() -> None:
    letter = letter_of(hostile())
    html = body(letter, "html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7|add:7 }}" in html
    assert "javascript" not in html
    assert len(html) < 100_000
    assert letter["Bcc"] is None
    assert "{{ 7|add:7 }} {% now &#x27;Y&#x27; %}" not in body(letter, "plain")
    assert letter["To"] == TO


def test_a_letter_says_the_same_in_text_and_html() -> None:
    letter = letter_of(message())
    assert letter["Subject"] == "[critical] CPU 97.2 % on web-1, above 90 %"
    for kind, value in (("plain", "limit > 90 %"), ("html", "limit &gt; 90 %")):
        assert value in body(letter, kind)
        assert "https://wiki.example.com/cpu" in body(letter, kind)
        assert "2025-06-15 15:06:40 UTC" in body(letter, kind)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-OpsPortal-Idempotency-Key"] == "key-1"
    assert letter["List-Unsubscribe"] is None


def test_the_chart_is_within_the_letter() -> None:
    letter = letter_of(message())
    assert letter.get_content_type() == "multipart/alternative"
    (picture,) = [each for each in letter.walk() if each.get_content_type() == "image/png"]
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in body(letter, "html")
    assert Image.open(io.BytesIO(picture.get_content())).size == (560, 120)


def test_without_values_there_is_no_chart() -> None:
    letter = letter_of(message(item(recent=(), value=None, limit=None)))
    assert "cid:" not in body(letter, "html")


def test_clients_put_an_alert_and_its_recovery_into_one_thread() -> None:
    begun = letter_of(message())
    earlier = {"message_id": begun["Message-ID"]}
    ended = letter_of(message(resolved_item(), idempotency_key="key-2", earlier=earlier))
    assert begun["Message-ID"] == "<key-1@example.com>"
    assert begun["References"].split()[0] == ended["References"].split()[0]
    assert ended["In-Reply-To"] == begun["Message-ID"]


def test_only_so_many_are_told_one_by_one() -> None:
    letter = letter_of(many())
    assert "and 10 more" in body(letter, "html")
    assert "and 10 more" in body(letter, "plain")


def test_without_a_server_it_is_djangos(settings: Settings) -> None:
    receipt = Email(to=TO).send(message())
    assert receipt.answer.startswith("given to django")
    (outbox,) = mail.outbox
    assert (outbox.to, outbox.subject) == ([TO], "[critical] CPU 97.2 % on web-1, above 90 %")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with receiving_mail(Mailbox()) as mailbox:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
        assert Email(to=TO).send(message()).answer == "taken for 1"
    assert len(mailbox.letters) == 1


def test_a_password_is_used_where_the_line_may_be_open() -> None:
    options = {"authenticator": authenticate, "auth_require_tls": False, "auth_required": True}
    with receiving_mail(Mailbox(), **options) as mailbox:
        receipt = by(mailbox.port, credentials=CREDENTIALS, tls="?tls=never").send(message())
    assert receipt.data == {"message_id": "<key-1@example.com>"}
