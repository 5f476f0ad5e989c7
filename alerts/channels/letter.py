"""A message as an e-mail."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from django.template.loader import render_to_string

from alerts.channels.picture import picture
from alerts.channels.plain import as_text, times
from alerts.channels.wording import (
    MAX_ITEMS,
    against,
    and_more,
    colour,
    headline,
    labels,
    link,
    links,
    one_line,
)
from alerts.message import Item, Message

# Every server takes it, however old.
_POLICY = SMTP.clone(cte_type="7bit")
_MAX_REFERENCES = 10


def letter(message: Message, sender: str, recipients: Sequence[str]) -> EmailMessage:
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    pictures = _pictures(message)
    context = _context(message, domain, pictures)
    written = EmailMessage(policy=_POLICY)
    for name, value in _headers(message, domain).items():
        written[name] = value
    written["From"], written["To"] = sender, ", ".join(recipients)
    written.set_content(render_to_string("alerts/email.txt", context))
    written.add_alternative(render_to_string("alerts/email.html", context), subtype="html")
    html: Any = written.get_payload(1)
    for number, png in pictures.items():
        name = f"chart-{number}.png"
        html.add_related(
            png,
            "image",
            "png",
            cid=f"<{_picture_id(number, message, domain)}>",
            filename=name,
            disposition="inline",
        )
    return written


def _headers(message: Message, domain: str) -> dict[str, str]:
    """Of the same alert always the same first reference: clients put them into one thread."""
    roots = [
        f"<alert-{item.alert_id}-{_token(item.fingerprint)}@{domain}>" for item in message.items
    ]
    earlier = str(message.earlier.get("message_id") or "")
    references = roots[:_MAX_REFERENCES]
    if re.fullmatch(r"<[\w.+-]+@[\w.-]+>", earlier, re.ASCII):
        references.append(earlier)
    headline_text = headline(message)
    severity = "" if message.status == "resolved" else f"[{one_line(message.severity, 20)}] "
    return {
        "Subject": f"{severity}{headline_text}",
        "Date": format_datetime(datetime.fromtimestamp(message.time_ms / 1000, UTC)),
        "Message-ID": f"<{_token(message.idempotency_key)}@{domain}>",
        "In-Reply-To": references[-1],
        "References": " ".join(references),
        "X-OpsPortal-Idempotency-Key": one_line(message.idempotency_key, 200),
        # Holiday notices are not to answer, nor to raise an alert in turn.
        "Auto-Submitted": "auto-generated",
    }


def _token(text: str) -> str:
    if re.fullmatch(r"[\w-]{1,60}", text, re.ASCII):
        return text
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _pictures(message: Message) -> dict[int, bytes]:
    """By the item's place."""
    drawn = {
        number: picture(item.recent, item.limit, colour(item.status, item.severity))
        for number, item in enumerate(message.items[:MAX_ITEMS])
    }
    return {number: png for number, png in drawn.items() if png}


def _picture_id(number: int, message: Message, domain: str) -> str:
    return f"chart-{number}-{_token(message.idempotency_key)}@{domain}"


def _context(message: Message, domain: str, pictures: dict[int, bytes]) -> dict[str, Any]:
    shown = message.items[:MAX_ITEMS]
    return {
        "title": headline(message),
        "colour": colour(message.status, message.severity),
        "items": [
            {**_words(item), "picture": _picture_id(number, message, domain)}
            if number in pictures
            else _words(item)
            for number, item in enumerate(shown)
        ],
        "more": and_more(message),
        "text": as_text(message),
        "portal_url": link(message.portal_url),
    }


def _words(item: Item) -> dict[str, Any]:
    return {
        "summary": one_line(item.summary, 500),
        "state": "resolved" if item.status == "resolved" else one_line(item.severity, 20),
        "threshold": one_line(item.threshold, 200),
        "colour": colour(item.status, item.severity),
        "against": against(item),
        "times": times(item),
        "labels": labels(item),
        "links": list(links(item).items()),
    }
