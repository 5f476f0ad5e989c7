"""Webhook: one alert as JSON to an address of your own, signed."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from alerts.channels.answers import as_object, complaint, encoded, posted, told
from alerts.channels.base import ChannelKind, Receipt, TemporaryError
from alerts.channels.secrecy import safe
from alerts.channels.wording import finite, iso, one_line
from alerts.message import Item, Message
from monitoring.probes.validation import check_headers, check_url, complaints
from opsportal.lib.kinds import kind, setting

_OWN_HEADERS = (
    "Content-Type",
    "Idempotency-Key",
    "X-OpsPortal-Timestamp",
    "X-OpsPortal-Signature",
)
_RESERVED = frozenset(name.lower() for name in (*_OWN_HEADERS, "Host", "Content-Length"))
_NEVER = "0001-01-01T00:00:00Z"


@kind
class Webhook(ChannelKind):
    name = "webhook"
    label = "Webhook"
    tells_groups: ClassVar[bool] = False
    max_per_minute: ClassVar[int] = 6000
    shows_recent: ClassVar[bool] = False

    url: str = setting("URL", "Where alerts are posted to", secret=True)
    payload: str = setting(
        "Payload",
        "The portal's own, or that of Prometheus' Alertmanager (version 4)",
        default="opsportal",
        choices=("opsportal", "alertmanager"),
    )
    secret: str = setting("Signing secret", "Empty: not signed", default="", secret=True)
    headers: dict[str, str] = setting("Headers", "One a line, as Name: value", default={})
    secret_headers: dict[str, str] = setting(
        "Secret headers", "One a line, as Name: value", default={}, secret=True
    )
    verify_certificate: bool = setting("Verify the certificate", default=True)

    def validate(self) -> Mapping[str, str]:
        parsers = {
            "url": lambda: check_url(self.url),
            "headers": lambda: _check_headers(self.headers),
            "secret_headers": lambda: _check_headers(self.secret_headers),
        }
        return dict(complaints(parsers))

    def send(self, message: Message) -> Receipt:
        body = encoded(_BODIES[self.payload](message))
        secrets = (self.url, self.secret, *self.secret_headers.values())
        response = posted(
            self.url,
            body,
            secrets=secrets,
            headers={**self.headers, **self._own_headers(message, body)},
            secret_headers=self.secret_headers,
            verify_certificate=self.verify_certificate,
        )
        wrong = complaint(as_object(response) or {})
        if wrong:
            raise TemporaryError(f"{response.status}, but it says: {safe(wrong, *secrets)}")
        return Receipt(told(response, *secrets))

    def _own_headers(self, message: Message, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        own = {
            "Idempotency-Key": one_line(message.idempotency_key, 200),
            "X-OpsPortal-Timestamp": timestamp,
        }
        if self.secret:
            own["X-OpsPortal-Signature"] = f"sha256={signature(self.secret, timestamp, body)}"
        return own


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The time is signed too, so that a receiver can refuse what somebody has kept and resends."""
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _check_headers(headers: Mapping[str, str]) -> None:
    check_headers(headers)
    for name, value in headers.items():
        if name.lower() in _RESERVED:
            raise ValueError(f"{name} is set by the portal")
        if not value.isascii():
            raise ValueError(f"the value of {name} must be ASCII")


def _own(message: Message) -> dict[str, Any]:
    item = message.items[0]
    return {
        "status": item.status,
        "severity": item.severity,
        "threshold": item.threshold,
        "labels": dict(item.labels),
        "value": finite(item.value),
        "since": iso(item.since_ms),
        "url": item.url,
        "idempotency_key": message.idempotency_key,
        "summary": item.summary,
        "metric": item.metric,
        "limit": finite(item.limit),
        "kind": message.kind,
        "attempt": message.attempt,
        "resolved": None if item.resolved_ms is None else iso(item.resolved_ms),
    }


def _alertmanager(message: Message) -> dict[str, Any]:
    alerts = [_alert(item) for item in message.items]
    return {
        "version": "4",
        "groupKey": message.group_key,
        "truncatedAlerts": message.more,
        "status": message.status,
        "receiver": "opsportal",
        "groupLabels": {},
        "commonLabels": _common([each["labels"] for each in alerts]),
        "commonAnnotations": _common([each["annotations"] for each in alerts]),
        "externalURL": message.portal_url,
        "alerts": alerts,
    }


def _alert(item: Item) -> dict[str, Any]:
    own = {"alertname": item.threshold, "severity": item.severity}
    annotations = {"summary": item.summary, "runbook_url": item.runbook_url}
    return {
        "status": item.status,
        "labels": {**item.labels, **own},
        "annotations": {name: text for name, text in annotations.items() if text},
        "startsAt": iso(item.since_ms),
        "endsAt": _NEVER if item.resolved_ms is None else iso(item.resolved_ms),
        "generatorURL": item.url,
        "fingerprint": item.fingerprint,
    }


def _common(many: list[dict[str, str]]) -> dict[str, str]:
    first, *others = many
    return {
        name: text for name, text in first.items() if all(each.get(name) == text for each in others)
    }


_BODIES = {"opsportal": _own, "alertmanager": _alertmanager}
