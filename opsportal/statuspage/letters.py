"""What subscribers are written. Text alone: nothing in it is loaded, nothing tells who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr

from django.template.loader import render_to_string

from opsportal.mail.outbox import Written
from opsportal.statuspage import links
from opsportal.statuspage.models import IncidentUpdate, Page, Subscriber


def confirmation(page: Page, subscriber: Subscriber, now: datetime) -> Written:
    return _asked_for(page, subscriber, now, "confirm", "Confirm your subscription to")


def already(page: Page, subscriber: Subscriber, now: datetime) -> Written:
    return _asked_for(page, subscriber, now, "already", "You are subscribed to")


def _asked_for(
    page: Page, subscriber: Subscriber, now: datetime, name: str, subject: str
) -> Written:
    shown = {"page": page, "page_url": links.page_url()}
    shown["link"] = links.confirm_url(subscriber.pk)
    shown["unsubscribe"] = links.unsubscribe_url(subscriber.pk)
    return Written(
        key=f"status-{name}-{subscriber.pk}-{now:%Y%m%d%H%M%S%f}",
        recipient=subscriber.email,
        subject=f"{subject} {page.title}",
        text=render_to_string(f"statuspage/mail/{name}.txt", shown),
        sender=page.mail_sender,
    )


def updates(page: Page, update: IncidentUpdate, to: Iterator[Subscriber]) -> Iterator[Written]:
    """One for each subscriber; those of one incident are one conversation."""
    incident = update.incident
    domain = parseaddr(page.mail_sender)[1].rpartition("@")[2]
    shown = {
        "page": page,
        "update": update,
        "incident": incident,
        "at": update.at.astimezone(UTC),
        "components": ", ".join(each.name for each in incident.components.all()),
        "link": f"{links.page_url()}#incident-{incident.pk}",
    }
    for subscriber in to:
        unsubscribe = links.unsubscribe_url(subscriber.pk)
        yield Written(
            key=f"status-update-{update.pk}-{subscriber.pk}",
            recipient=subscriber.email,
            subject=f"{update.get_stage_display()}: {incident.title}",
            text=render_to_string(
                "statuspage/mail/update.txt", {**shown, "unsubscribe": unsubscribe}
            ),
            sender=page.mail_sender,
            headers={
                "References": f"<status-incident-{incident.pk}@{domain}>",
                # RFC 8058: the mail program's own button, without a page.
                "List-Unsubscribe": f"<{unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
