"""Webhook: what fails, what is sent, and how a receiver verifies it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import base
from alerts.channels.base import PermanentError, TemporaryError
from alerts.channels.webhook import Webhook
from opsportal.lib.kinds import SettingsError
from tests.channels.messages import HOSTILE, HUGE, hostile, many, message, resolved_item
from tests.channels.receivers import METADATA, Answer, never_answers, receiving
from tests.probes.misbehaving import certificate, http, sending, serving


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refusal_is_permanent(status: int) -> None:
    with receiving(Answer(status, b"no")) as receiver, pytest.raises(PermanentError):
        Webhook(url=receiver.url).send(message())


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_receiver_in_trouble_is_tried_again(status: int) -> None:
    with receiving(Answer(status, b"")) as receiver, pytest.raises(TemporaryError) as raised:
        Webhook(url=receiver.url).send(message())
    assert raised.value.retry_after_seconds is None


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("120", 120, 120),
        ("99999999999999999999", 3600, 3600),
        (timedelta(minutes=5), 200, 300),
        (timedelta(days=-5), 0, 0),
        (timedelta(days=5), 3600, 3600),
    ],
)
def test_both_forms_of_retry_after_are_kept_within_an_hour(
    value: str | timedelta, low: float, high: float
) -> None:
    if isinstance(value, timedelta):
        value = format_datetime(datetime.now(UTC) + value, usegmt=True)
    answer = Answer(429, b"", {"Retry-After": value})
    with receiving(answer) as receiver, pytest.raises(TemporaryError) as raised:
        Webhook(url=receiver.url).send(message())
    wait_seconds = raised.value.retry_after_seconds
    assert wait_seconds is not None
    assert low <= wait_seconds <= high


@pytest.mark.parametrize("value", ["soon", "-5", "٣", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_retry_after_that_is_none_is_left_out(value: str) -> None:
    answer = http(b"", "429 Too Many Requests", f"Retry-After: {value}")
    with serving(_patient(answer)) as port, pytest.raises(TemporaryError) as raised:
        Webhook(url=f"http://127.0.0.1:{port}").send(message())
    assert raised.value.retry_after_seconds is None


def test_a_server_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TIMEOUT_SECONDS", 0.3)
    with serving(never_answers) as port, pytest.raises(TemporaryError, match="in time"):
        Webhook(url=f"http://127.0.0.1:{port}").send(message())


def test_a_connection_that_breaks_is_tried_again() -> None:
    with serving(sending()) as port, pytest.raises(TemporaryError, match="closed"):
        Webhook(url=f"http://127.0.0.1:{port}").send(message())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    answer = Answer(status, b"", {"Location": METADATA})
    with receiving(answer) as receiver, pytest.raises(PermanentError, match="redirects"):
        Webhook(url=receiver.url).send(message())


def test_a_forbidden_address_is_permanent() -> None:
    with pytest.raises(PermanentError, match="never allowed"):
        Webhook(url=METADATA).send(message())


def test_a_bad_certificate_is_temporary_and_can_be_accepted(tmp_path: Path) -> None:
    tls = certificate().server(tmp_path)
    with serving(_patient(http(b"fine")), tls) as port:
        url = f"https://localhost:{port}/"
        with pytest.raises(TemporaryError, match="certificate"):
            Webhook(url=url).send(message())
        assert Webhook(url=url, verify_certificate=False).send(message()).answer == "200 OK: fine"


def test_an_error_in_the_body_is_an_error() -> None:
    answer = Answer(200, b'{"ok": false, "error": "full"}')
    with receiving(answer) as receiver, pytest.raises(TemporaryError, match="full"):
        Webhook(url=receiver.url).send(message())


def test_an_error_page_that_repeats_the_address_tells_no_secret() -> None:
    page = b"Cannot POST /hooks/TopSecret%20Path?token=abcdef12 with Key-98765"
    with receiving(Answer(404, page)) as receiver, pytest.raises(PermanentError) as raised:
        Webhook(
            url=f"{receiver.url}/hooks/TopSecret%20Path?token=abcdef12",
            secret_headers={"Authorization": "key-98765"},
        ).send(message())
    assert str(raised.value).startswith("404 Not Found: Cannot POST")
    for secret in ("TopSecret", "abcdef12", "98765"):
        assert secret not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": ""},
        {"url": "file:///etc/passwd"},
        {"url": "http://a.example/", "headers": {"X": "a\r\nHost: b"}},
        {"url": "http://a.example/", "headers": {"X Y": "a"}},
        {"url": "http://a.example/", "secret_headers": {"x-opsportal-signature": "a"}},
        {"url": "http://a.example/", "payload": "other"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Webhook.from_settings(settings)


def test_secrets_stay_out_of_its_repr() -> None:
    shown = repr(Webhook(url="http://a.example/secretpath", secret="signing-key"))
    assert "secretpath" not in shown
    assert "signing-key" not in shown


def test_the_body_says_what_happened() -> None:
    with receiving() as receiver:
        Webhook(url=receiver.url).send(message(attempt=3))
    assert receiver.received[0].json == {
        "status": "firing",
        "severity": "critical",
        "threshold": "CPU above 90 %",
        "labels": {"host": "web-1"},
        "value": 97.2,
        "since": "2025-06-15T15:06:40.000Z",
        "url": "https://ops.example.com/alerts/7",
        "idempotency_key": "key-1",
        "summary": "CPU 97.2 % on web-1, above 90 %",
        "metric": "cpu_percent",
        "limit": 90.0,
        "kind": "firing",
        "attempt": 3,
        "resolved": None,
    }
    assert receiver.received[0].headers["idempotency-key"] == "key-1"


def test_a_receiver_can_verify_who_sent_it_and_when() -> None:
    with receiving() as receiver:
        Webhook(url=receiver.url, secret="s3cret", headers={"X-Team": "ops"}).send(message())
    (received,) = receiver.received
    signed = received.headers["x-opsportal-timestamp"].encode() + b"." + received.body
    expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert received.headers["x-opsportal-signature"] == f"sha256={expected}"
    assert received.headers["x-team"] == "ops"


def test_without_a_secret_nothing_is_signed() -> None:
    with receiving() as receiver:
        Webhook(url=receiver.url).send(message())
    assert "x-opsportal-signature" not in receiver.received[0].headers


def test_what_users_have_named_arrives_as_it_is() -> None:
    with receiving() as receiver:
        Webhook(url=receiver.url).send(hostile())
    sent = receiver.received[0].json
    assert sent["labels"][HUGE] == HUGE
    assert sent["summary"].startswith(HOSTILE)
    assert sent["value"] is None


def test_alertmanagers_payload_is_that_of_version_4() -> None:
    with receiving() as receiver:
        Webhook(url=receiver.url, payload="alertmanager").send(message(resolved_item()))
    sent = receiver.received[0].json
    assert (sent["version"], sent["status"], sent["groupKey"]) == ("4", "resolved", "group-1")
    (alert,) = sent["alerts"]
    expected = {"host": "web-1", "alertname": "CPU above 90 %", "severity": "critical"}
    assert alert["labels"] == sent["commonLabels"] == expected
    assert alert["startsAt"] == "2025-06-15T15:06:40.000Z"
    assert alert["endsAt"] == "2025-06-15T15:11:40.000Z"


def test_what_many_have_in_common_is_told_of_all() -> None:
    with receiving() as receiver:
        Webhook(url=receiver.url, payload="alertmanager").send(many(3, more=2))
    sent = receiver.received[0].json
    assert "host" not in sent["commonLabels"]
    assert (len(sent["alerts"]), sent["truncatedAlerts"]) == (3, 2)
    assert sent["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"


def _patient(answer: bytes) -> Any:
    """Reads until the body's last brace: an answer before it would break the connection."""

    def treat(connection: Any) -> None:
        received = b""
        while not received.rstrip().endswith(b"}"):
            received += connection.recv(65536)
        connection.sendall(answer)

    return treat
