"""Subscriptions by e-mail: asked for, confirmed from the mailbox, ended with one click.

Whoever asks is answered alike whether the address is known, waits to be confirmed, or is new: only
the mailbox learns which.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from opsportal.mail.models import WAITING, Mail
from opsportal.mail.outbox import queue
from opsportal.statuspage import letters, links
from opsportal.statuspage.models import Page, Subscriber

TOPIC = "status page"
# An address hears at most so often that somebody has typed it in.
PAUSE = timedelta(hours=1)
# Unconfirmed ones are forgotten once their link has run out.
KEPT_UNCONFIRMED = timedelta(seconds=links.CONFIRM_SECONDS)
MOST_AN_HOUR = 200


class TooManyError(Exception):
    """So many strangers ask that somebody is using the page to flood mailboxes."""


def open_page() -> Page | None:
    """The published page, where people may subscribe. Raises DatabaseError."""
    return Page.objects.filter(published=True).exclude(mail_sender="").order_by("pk").first()


@transaction.atomic
def subscribe(page: Page, email: str, now: datetime) -> None:
    """`email` has been cleaned. Raises TooManyError."""
    if Subscriber.objects.filter(asked_at__gt=now - PAUSE).count() >= MOST_AN_HOUR:
        raise TooManyError
    subscriber, is_new = Subscriber.objects.get_or_create(email=email, defaults={"asked_at": now})
    if not is_new and not _is_to_hear_again(subscriber, now):
        return
    write = letters.already if subscriber.confirmed_at else letters.confirmation
    queue(TOPIC, [write(page, subscriber, now)], round(now.timestamp() * 1000))


def _is_to_hear_again(subscriber: Subscriber, now: datetime) -> bool:
    long_ago = Subscriber.objects.filter(pk=subscriber.pk, asked_at__lte=now - PAUSE)
    return long_ago.update(asked_at=now) == 1


def confirm(token: str, now: datetime) -> str:
    """The address. Raises links.BadLinkError."""
    subscriber = _subscriber(links.subscriber_to_confirm(token))
    Subscriber.objects.filter(pk=subscriber.pk, confirmed_at=None).update(confirmed_at=now)
    return subscriber.email


@transaction.atomic
def unsubscribe(token: str) -> None:
    """Also what waits to be sent. Who is gone already stays so. Raises links.BadLinkError."""
    subscriber = Subscriber.objects.filter(pk=links.subscriber_to_end(token)).first()
    if subscriber is not None:
        waiting = Mail.objects.filter(topic=TOPIC, status__in=WAITING)
        waiting.filter(recipient=subscriber.email).delete()
        subscriber.delete()


def forget_unconfirmed(now: datetime) -> int:
    late = Subscriber.objects.filter(confirmed_at=None, asked_at__lt=now - KEPT_UNCONFIRMED)
    return late.delete()[0]


def _subscriber(pk: int) -> Subscriber:
    found = Subscriber.objects.filter(pk=pk).first()
    if found is None:
        raise links.BadLinkError("This link has run out. Subscribe again.")
    return found
