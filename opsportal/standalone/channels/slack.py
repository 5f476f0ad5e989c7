"""Slack's incoming webhook."""

from __future__ import annotations

import json
from typing import ClassVar

from opsportal.standalone.channels.base import TIMEOUT_SECONDS, Channel, Notice, NotTakenError
from opsportal.standalone.http import NoAnswerError, post


class Slack(Channel):
    name: ClassVar[str] = "slack"

    def __init__(self, url: str) -> None:
        self._url = url

    def tell(self, notice: Notice) -> None:
        text = f"*{_escaped(notice.subject)}*\n{_escaped(notice.text)}"
        try:
            answer = post(self._url, json.dumps({"text": text}).encode(), TIMEOUT_SECONDS)
        except NoAnswerError as error:
            raise NotTakenError(f"Slack: {error.reason}") from None
        if not 200 <= answer.status < 300:
            said = answer.body[:100].decode("utf-8", "replace")
            raise NotTakenError(f"Slack: {answer.status} {said}")


def _escaped(text: str) -> str:
    """Slack's three; they would otherwise become links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
