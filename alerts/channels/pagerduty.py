"""PagerDuty: an incident for each alert, through the Events API, version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from alerts.channels.answers import as_object, posted, told
from alerts.channels.base import ChannelKind, PermanentError, Receipt, TemporaryError
from alerts.channels.secrecy import safe
from alerts.channels.wording import (
    iso,
    label_line,
    labels,
    limit_of,
    link,
    links,
    one_line,
    value_of,
)
from alerts.message import Item, Message
from opsportal.lib.kinds import kind, setting

BASE_URLS = {"us": "https://events.pagerduty.com", "eu": "https://events.eu.pagerduty.com"}
_SEVERITIES = {"info": "info", "warning": "warning", "critical": "critical"}
_ACCEPTED = 202
_MAX_SUMMARY_LENGTH = 1024
_SOURCES = ("host", "check", "service", "plan")


@kind
class PagerDuty(ChannelKind):
    name = "pagerduty"
    label = "PagerDuty"
    tells_groups: ClassVar[bool] = False
    max_per_minute: ClassVar[int] = 600
    shows_recent: ClassVar[bool] = False

    routing_key: str = setting(
        "Routing key", "Of an integration with the Events API v2", secret=True
    )
    region: str = setting("Region", default="us", choices=("us", "eu"))

    def validate(self) -> Mapping[str, str]:
        if not (self.routing_key.isascii() and self.routing_key.isalnum()):
            return {"routing_key": "must be letters and digits only"}
        return {}

    def send(self, message: Message) -> Receipt:
        event = _event(message, message.items[0]) | {"routing_key": self.routing_key}
        url = f"{BASE_URLS[self.region]}/v2/enqueue"
        response = posted(url, event, secrets=(self.routing_key,))
        answer = as_object(response) or {}
        words = told(response, self.routing_key)
        if response.status != _ACCEPTED:
            raise TemporaryError(f"{words}: PagerDuty would have answered 202")
        if answer.get("status", "success") != "success":
            raise PermanentError(safe(str(answer.get("message") or words), self.routing_key))
        return Receipt(words, {"dedup_key": event["dedup_key"]})


def _event(message: Message, item: Item) -> dict[str, Any]:
    return {
        "event_action": "resolve" if item.status == "resolved" else "trigger",
        "dedup_key": _dedup_key(item),
        "client": "OpsPortal",
        "client_url": link(item.url or message.portal_url),
        "links": [{"href": url, "text": text} for text, url in links(item).items()],
        "payload": {
            "summary": one_line(item.summary or message.title, _MAX_SUMMARY_LENGTH),
            "source": _source(item),
            # An incident too loud is better than one unheard.
            "severity": _SEVERITIES.get(item.severity, "error"),
            "timestamp": iso(item.since_ms),
            "class": one_line(item.metric, 200),
            "group": one_line(item.threshold, 200),
            "custom_details": _details(message, item),
        },
    }


def _dedup_key(item: Item) -> str:
    """Two portals may tell the same service: numbers of alerts alone would collide."""
    return one_line(f"opsportal-{item.alert_id}-{item.fingerprint}", 255)


def _source(item: Item) -> str:
    named = (item.labels.get(name, "") for name in _SOURCES)
    return one_line(next(filter(None, named), "") or label_line(item) or "opsportal", 200)


def _details(message: Message, item: Item) -> dict[str, Any]:
    return {
        "threshold": one_line(item.threshold, 200),
        "value": value_of(item),
        "limit": limit_of(item),
        "labels": dict(labels(item)),
        "kind": message.kind,
        "idempotency_key": message.idempotency_key,
    }
