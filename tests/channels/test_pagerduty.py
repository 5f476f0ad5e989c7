"""PagerDuty: what fails, and incidents that begin and end."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alerts.channels import base, pagerduty
from alerts.channels.base import PermanentError, TemporaryError
from alerts.channels.pagerduty import PagerDuty
from opsportal.lib.kinds import SettingsError
from tests.channels.messages import hostile, item, message, resolved_item
from tests.channels.receivers import METADATA, Answer, Receiver, never_answers, receiving
from tests.probes.misbehaving import serving

KEY = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"
ACCEPTED = Answer(202, b'{"status": "success", "message": "Event processed"}')
At = Callable[[str], PagerDuty]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """PagerDuty is wherever the test's receiver is."""

    def there(url: str) -> PagerDuty:
        monkeypatch.setattr(pagerduty, "BASE_URLS", {"us": url})
        return PagerDuty(routing_key=KEY)

    return there


def sent_to(receiver: Receiver) -> dict[str, object]:
    found: dict[str, object] = receiver.received[-1].json
    return found


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(400, b'{"status": "invalid event"}'), PermanentError),
        (Answer(403, b""), PermanentError),
        (Answer(302, b"", {"Location": METADATA}), PermanentError),
        (Answer(202, b'{"status": "invalid event", "message": "bad"}'), PermanentError),
        (Answer(200, b"<html>"), TemporaryError),
        (Answer(500, b""), TemporaryError),
        (Answer(429, b""), TemporaryError),
    ],
)
def test_whatever_is_not_accepted_is_an_error(
    at: At, answer: Answer, error: type[Exception]
) -> None:
    with receiving(answer) as receiver, pytest.raises(error):
        at(receiver.url).send(message())


def test_an_answer_that_repeats_the_key_tells_no_secret(at: At) -> None:
    with (
        receiving(Answer(400, f"bad key {KEY}".encode())) as receiver,
        pytest.raises(PermanentError) as raised,
    ):
        at(receiver.url).send(message())
    assert str(raised.value) == "400 Bad Request: bad key …"


def test_a_server_that_hangs_is_left(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TIMEOUT_SECONDS", 0.3)
    with serving(never_answers) as port, pytest.raises(TemporaryError, match="in time"):
        at(f"http://127.0.0.1:{port}").send(message())


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError):
        PagerDuty(routing_key="a b")


def test_an_alert_and_its_recovery_are_one_incident(at: At) -> None:
    with receiving(ACCEPTED) as receiver:
        at(receiver.url).send(message())
        begun = sent_to(receiver)
        at(receiver.url).send(message(resolved_item()))
        ended = sent_to(receiver)
    assert (begun["event_action"], ended["event_action"]) == ("trigger", "resolve")
    assert begun["dedup_key"] == ended["dedup_key"]
    assert begun["routing_key"] == KEY


@pytest.mark.parametrize(
    ("severity", "theirs"),
    [("info", "info"), ("warning", "warning"), ("critical", "critical"), ("other", "error")],
)
def test_severities_are_pagerdutys(at: At, severity: str, theirs: str) -> None:
    with receiving(ACCEPTED) as receiver:
        at(receiver.url).send(message(item(severity=severity)))
    assert receiver.received[0].json["payload"]["severity"] == theirs


def test_an_incident_says_where_and_what_to_do(at: At) -> None:
    with receiving(ACCEPTED) as receiver:
        at(receiver.url).send(message())
    sent = receiver.received[0].json
    assert sent["payload"]["source"] == "web-1"
    assert sent["payload"]["custom_details"]["value"] == "97.2 %"
    assert {"href": "https://wiki.example.com/cpu", "text": "Runbook"} in sent["links"]


def test_what_users_have_named_is_cut(at: At) -> None:
    with receiving(ACCEPTED) as receiver:
        at(receiver.url).send(hostile())
    sent = receiver.received[0].json
    assert len(sent["payload"]["summary"]) == 1024
    assert "\n" not in sent["payload"]["summary"]
    assert len(receiver.received[0].body) < 20_000
    assert "javascript" not in receiver.received[0].body.decode()
