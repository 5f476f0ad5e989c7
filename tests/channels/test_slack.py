"""Slack: what it refuses, what it is sent, and messages that are changed later."""

from __future__ import annotations

import json
from typing import Any

import pytest
from slack_sdk.models.attachments import BlockAttachment
from slack_sdk.models.blocks import Block

from alerts.channels import base, slack
from alerts.channels.base import PermanentError, TemporaryError
from alerts.channels.slack import Slack
from alerts.message import Message
from opsportal.lib.kinds import SettingsError
from tests.channels.messages import HOSTILE, SINCE_MS, hostile, item, many, message, resolved_item
from tests.channels.receivers import METADATA, Answer, Receiver, never_answers, receiving
from tests.probes.misbehaving import serving

SECRET_PATH = "/services/T0000/B0000/verysecretpart"
POSTED = Answer(body=b'{"ok": true, "channel": "C1", "ts": "111.222"}')


def to_webhook(receiver: Receiver) -> Slack:
    return Slack(url=receiver.url + SECRET_PATH)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Slack's API is wherever the test's receiver is."""

    def at(receiver: Receiver) -> Slack:
        monkeypatch.setattr(slack, "API_URL", receiver.url)
        return Slack(bot_token="xoxb-secret-token", channel="#ops")

    return at


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(404, b"no_service"), "404 Not Found: no_service"),
        (Answer(403, b"action_prohibited"), "action_prohibited"),
        (Answer(400, b"invalid_payload"), "invalid_payload"),
        (Answer(200, b"no_team"), "Slack says: no_team"),
        (Answer(200, b'{"ok": false, "error": "invalid_auth"}'), "Slack says: invalid_auth"),
        (Answer(302, b"", {"Location": METADATA}), "redirects"),
    ],
)
def test_what_will_not_get_better_is_permanent(answer: Answer, words: str) -> None:
    with receiving(answer) as receiver, pytest.raises(PermanentError, match=words) as raised:
        to_webhook(receiver).send(message())
    assert "verysecretpart" not in str(raised.value)
    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"oops"),
        Answer(503, b""),
        Answer(200, b"<html>Please log in</html>"),
        Answer(200, b'{"ok": false, "error": "ratelimited"}'),
    ],
)
def test_what_may_get_better_is_temporary(answer: Answer) -> None:
    with receiving(answer) as receiver, pytest.raises(TemporaryError):
        to_webhook(receiver).send(message())


def test_a_full_channel_says_when_to_come_again() -> None:
    answer = Answer(429, b"rate_limited", {"Retry-After": "30"})
    with receiving(answer) as receiver, pytest.raises(TemporaryError) as raised:
        to_webhook(receiver).send(message())
    assert raised.value.retry_after_seconds == 30


def test_a_server_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "TIMEOUT_SECONDS", 0.3)
    with serving(never_answers) as port, pytest.raises(TemporaryError, match="in time"):
        Slack(url=f"http://127.0.0.1:{port}{SECRET_PATH}").send(message())


def test_a_forbidden_address_is_permanent() -> None:
    with pytest.raises(PermanentError, match="never allowed"):
        Slack(url=METADATA).send(message())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url": "https://hooks.slack.com/x", "bot_token": "xoxb-1", "channel": "#ops"},
        {"bot_token": "xoxb-1"},
        {"bot_token": "xoxb\n1", "channel": "#ops"},
        {"url": "ftp://hooks.slack.com/x"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Slack.from_settings(settings)


def test_what_users_have_named_is_escaped_and_cut() -> None:
    with receiving() as receiver:
        to_webhook(receiver).send(hostile())
    sent = receiver.received[0].body.decode()
    assert len(sent) < 20_000
    assert "<script" not in sent
    assert "<!channel" not in sent
    assert "javascript" not in sent
    assert "{{ 7|add:7 }}" in sent


@pytest.mark.parametrize(
    "sent",
    [message(), message(resolved_item()), many(), hostile()],
    ids=["firing", "resolved", "many", "hostile"],
)
def test_slacks_own_models_take_what_is_sent(sent: Message) -> None:
    with receiving() as receiver:
        to_webhook(receiver).send(sent)
    (attachment,) = receiver.received[0].json["attachments"]
    parsed = Block.parse_all(attachment["blocks"])
    assert len(parsed) == len(attachment["blocks"])
    # Raises where a length or a field is not Slack's.
    BlockAttachment(blocks=parsed, color=attachment["color"]).to_dict()


def test_sizes_are_those_that_slack_takes() -> None:
    with receiving() as receiver:
        to_webhook(receiver).send(many())
    (attachment,) = receiver.received[0].json["attachments"]
    assert len(attachment["blocks"]) <= 50
    assert attachment["blocks"][-1]["elements"][0]["text"] == "and 10 more"
    assert len([each for each in attachment["blocks"] if each["type"] == "actions"]) == 10


def test_a_message_says_value_limit_time_labels_and_links() -> None:
    with receiving() as receiver:
        receipt = to_webhook(receiver).send(message())
    assert receipt.answer == "200 OK: ok"
    sent = receiver.received[0].json
    (attachment,) = sent["attachments"]
    assert sent["text"] == "CPU 97.2 % on web-1, above 90 %".replace(">", "&gt;")
    assert attachment["color"] == "#cf3434"
    header, details, actions = attachment["blocks"]
    assert header["text"]["text"] == "Critical: CPU above 90 %"
    text = details["text"]["text"]
    assert "97.2 %, limit &gt; 90 %  `▁▄█`" in text
    assert f"<!date^{SINCE_MS // 1000}^{{date_short_pretty}} {{time_secs}}|2025-06-15" in text
    assert "`host=web-1`" in text
    assert "<https://ops.example.com/?at=1750000000|Dashboard>" in text
    assert [each["url"] for each in actions["elements"]] == [
        item().acknowledge_url,
        item().silence_url,
    ]


def test_a_recovery_is_green() -> None:
    with receiving() as receiver:
        to_webhook(receiver).send(message(resolved_item()))
    (attachment,) = receiver.received[0].json["attachments"]
    assert attachment["color"] == "#2e9e5b"
    assert "(5 min)" in json.dumps(attachment)


def test_a_bot_is_refused_under_a_status_of_200(api: Any) -> None:
    refused = Answer(body=b'{"ok": false, "error": "not_in_channel"}')
    with receiving(refused) as receiver, pytest.raises(PermanentError, match="not_in_channel"):
        api(receiver).send(message())


def test_a_bot_keeps_where_its_message_is(api: Any) -> None:
    with receiving(POSTED) as receiver:
        receipt = api(receiver).send(message())
    (call,) = receiver.received
    assert receipt.data == {"channel": "C1", "ts": "111.222"}
    assert (call.path, call.json["channel"]) == ("/chat.postMessage", "#ops")
    assert call.headers["authorization"] == "Bearer xoxb-secret-token"


def test_a_recovery_changes_the_message_and_is_told_in_its_thread(api: Any) -> None:
    earlier = {"channel": "C1", "ts": "111.222"}
    with receiving(POSTED) as receiver:
        receipt = api(receiver).send(message(resolved_item(), earlier=earlier))
    update, reply = receiver.received
    assert (update.path, update.json["ts"]) == ("/chat.update", "111.222")
    assert (reply.path, reply.json["thread_ts"]) == ("/chat.postMessage", "111.222")
    # The words in the thread have no header that could have the key.
    assert reply.json["metadata"]["event_payload"] == {"idempotency_key": "key-1"}
    assert receipt.data == earlier


def test_a_message_that_is_gone_is_told_anew(api: Any) -> None:
    gone = Answer(body=b'{"ok": false, "error": "message_not_found"}')
    earlier = {"channel": "C1", "ts": "1.1"}
    with receiving(gone, POSTED) as receiver:
        receipt = api(receiver).send(message(resolved_item(), earlier=earlier))
    assert receipt.data["ts"] == "111.222"


def test_a_repetition_goes_into_the_thread(api: Any) -> None:
    earlier = {"channel": "C1", "ts": "1.1"}
    with receiving(POSTED) as receiver:
        receipt = api(receiver).send(message(kind="repeat", earlier=earlier))
    assert receiver.received[0].json["thread_ts"] == "1.1"
    assert receiver.received[0].json["text"].startswith("Still: ")
    assert receipt.data == earlier


def test_a_title_is_one_line() -> None:
    assert "\n" in HOSTILE
    with receiving() as receiver:
        to_webhook(receiver).send(hostile())
    assert "\n" not in receiver.received[0].json["text"]


def test_a_message_of_many_stays_red_until_the_last_of_them_is_over(api: Any) -> None:
    earlier = {"channel": "C1", "ts": "1.1"}
    both = [resolved_item(alert_id=1), item(alert_id=2, summary="CPU 99 % on web-2, above 90 %")]
    with receiving(POSTED) as receiver:
        api(receiver).send(message(both[0], earlier=earlier, earlier_items=both))
        over = [each if each.resolved_ms else resolved_item(alert_id=2) for each in both]
        api(receiver).send(message(over[1], earlier=earlier, earlier_items=over))
    partly, _, wholly, _ = (each.json for each in receiver.received)
    assert partly["text"] == "2 alerts on web-1: CPU above 90 %, 1 of them over"
    assert partly["attachments"][0]["color"] == "#cf3434"
    assert "Over: CPU 97.2 %" in str(partly)
    assert str(partly).count("'Acknowledge'") == 1
    assert wholly["text"] == "Resolved: 2 alerts on web-1: CPU above 90 %"
    assert wholly["attachments"][0]["color"] == "#2e9e5b"
