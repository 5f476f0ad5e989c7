"""Slack: an incoming webhook, or a bot, which can change what it has said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from alerts.channels import base
from alerts.channels.answers import as_object, complaint, posted, told
from alerts.channels.base import ChannelKind, DeliveryError, PermanentError, Receipt, TemporaryError
from alerts.channels.blocks import as_attachments, escaped
from alerts.channels.secrecy import safe
from alerts.channels.standing import told_now
from alerts.channels.wording import headline
from alerts.message import Message
from monitoring.probes.validation import check_url, complaints
from opsportal.lib.connections import Deadline
from opsportal.lib.http import Response
from opsportal.lib.kinds import kind, setting

API_URL = "https://slack.com/api"
_MAX_TEXT_LENGTH = 500
# Slack's own troubles; everything else is about what was sent or who sends it.
_PASSING = frozenset(
    {
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "rollup_error",
        "service_unavailable",
        "team_added_to_org",
    }
)
# The earlier message is gone or has become too old to be changed.
_UNCHANGEABLE = frozenset(
    {"cant_update_message", "edit_window_closed", "message_not_found", "channel_not_found"}
)


class _SlackError(DeliveryError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@kind
class Slack(ChannelKind):
    name = "slack"
    label = "Slack"
    follows_up: ClassVar[bool] = True

    url: str = setting(
        "Webhook URL",
        "Of an incoming webhook, such as https://hooks.slack.com/services/…",
        default="",
        secret=True,
    )
    bot_token: str = setting(
        "Bot token", "Instead of a webhook: xoxb-…, with chat:write", default="", secret=True
    )
    channel: str = setting("Channel", "For the bot: its id, or #name", default="")

    def validate(self) -> Mapping[str, str]:
        if bool(self.url) == bool(self.bot_token):
            return {"url": "give either a webhook URL, or a bot token and a channel"}
        if self.bot_token and not self.channel:
            return {"channel": "a bot has to know where"}
        if not (self.bot_token.isascii() and self.bot_token.isprintable()):
            return {"bot_token": "must be letters, digits and dashes"}
        return dict(complaints({"url": lambda: check_url(self.url, optional=True)}))

    def send(self, message: Message) -> Receipt:
        text = escaped(headline(message), _MAX_TEXT_LENGTH)
        content = {"text": text, "attachments": as_attachments(message)}
        deadline = Deadline(base.TIMEOUT_SECONDS)
        try:
            if self.bot_token:
                return self._as_bot(message, content, deadline)
            response = posted(self.url, content, secrets=self._secrets)
            return self._webhook_receipt(response)
        except _SlackError as error:
            words = f"Slack says: {safe(error.code, *self._secrets)}"
            if error.code in _PASSING:
                raise TemporaryError(words) from None
            raise PermanentError(words) from None

    @property
    def _secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.url, self.bot_token)))

    def _webhook_receipt(self, response: Response) -> Receipt:
        """Slack says "ok"; what imitates it may say nothing, or something in JSON."""
        words = response.body.decode("utf-8", "replace").strip()
        found = as_object(response)
        wrong = complaint(found) if found is not None else None
        if wrong is None and found is None and words not in ("", "ok"):
            if not words.replace("_", "").isalnum():
                raise TemporaryError(f"not Slack's answer: {told(response, *self._secrets)}")
            wrong = words
        if wrong is not None:
            raise _SlackError(wrong)
        return Receipt(told(response, *self._secrets))

    def _as_bot(self, message: Message, content: Mapping[str, Any], deadline: Deadline) -> Receipt:
        content = {**content, "metadata": _metadata(message)}
        where = {name: str(message.earlier.get(name) or "") for name in ("channel", "ts")}
        if not all(where.values()):
            return _receipt(self._call("chat.postMessage", self._to(content), deadline))
        thread = {"channel": where["channel"], "thread_ts": where["ts"]}
        try:
            if message.status == "resolved":
                self._call("chat.update", {**_as_it_is_now(message), **where}, deadline)
                told_so = {name: content[name] for name in ("text", "metadata")}
                self._call("chat.postMessage", {**told_so, **thread}, deadline)
                return Receipt("updated, and told in its thread", where)
            reply = {**content, **thread, "reply_broadcast": True}
            self._call("chat.postMessage", reply, deadline)
            return Receipt("told in its thread", where)
        except _SlackError as error:
            if error.code not in _UNCHANGEABLE:
                raise
            return _receipt(self._call("chat.postMessage", self._to(content), deadline))

    def _to(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {**content, "channel": self.channel, "unfurl_links": False}

    def _call(self, method: str, body: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        """Raises _SlackError for what Slack's body says, under a status of 200."""
        try:
            remaining_seconds = deadline.remaining_seconds()
        except TimeoutError:
            raise TemporaryError("no answer in time") from None
        response = posted(
            f"{API_URL}/{method}",
            body,
            secrets=self._secrets,
            bearer_token=self.bot_token,
            timeout_seconds=remaining_seconds,
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        answer = as_object(response)
        if answer is None or "ok" not in answer:
            raise TemporaryError(f"not Slack's answer: {told(response, *self._secrets)}")
        if answer["ok"] is not True:
            raise _SlackError(str(answer.get("error") or "not ok"))
        return answer


def _metadata(message: Message) -> dict[str, Any]:
    """Of words alone, in a thread, there is no header to have the key."""
    return {
        "event_type": "opsportal_delivery",
        "event_payload": {"idempotency_key": message.idempotency_key},
    }


def _as_it_is_now(message: Message) -> dict[str, Any]:
    """What the earlier message would say now: of many alerts that it told of, some may still
    fire, and it must not turn green before they are over."""
    shown = message
    if message.earlier_items:
        shown = told_now(message)
    return {
        "text": escaped(headline(shown), _MAX_TEXT_LENGTH),
        "attachments": as_attachments(shown),
    }


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    data = {name: str(answer.get(name) or "") for name in ("channel", "ts")}
    return Receipt("200 OK: ok", data)
