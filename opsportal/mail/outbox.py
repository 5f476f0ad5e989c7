"""Queues mail, and sends it: claim by lease, send, then mark. After a crash it is sent again, with
the same Message-ID."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError

from alerts.channels.base import PermanentError, TemporaryError
from alerts.retrying import is_hopeless, next_try_ms
from opsportal.mail.models import WAITING, Mail, MailStatus
from opsportal.mail.posting import post_mail

logger = logging.getLogger(__name__)

BATCH = 20
# Enough for a whole batch to a server that answers as late as it may.
LEASE_MS = 5 * 60_000
# A task ends before the next sweep begins.
MOST_SECONDS = 50
KEPT_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Written:
    """`key` says what it is about and whom it is for; an empty `sender` is the portal's own."""

    key: str
    recipient: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def queue(topic: str, letters: Iterable[Written], now_ms: int) -> None:
    """What is queued already stays as it is. Sent once the transaction is committed."""
    rows = (
        Mail(
            key=each.key,
            topic=topic,
            sender=each.sender,
            recipient=each.recipient,
            subject=" ".join(each.subject.split())[:250],
            text=each.text,
            html=each.html,
            headers=dict(each.headers),
            created_ms=now_ms,
            due_ms=now_ms,
        )
        for each in letters
    )
    Mail.objects.bulk_create(rows, batch_size=200, ignore_conflicts=True)
    transaction.on_commit(wake)


def wake() -> None:
    from opsportal.mail.tasks import send

    try:
        send.apply_async(expires=60, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("mail waits for the next sweep: %s", error)


def send_due(clock: Callable[[], int] | None = None) -> int:
    """Returns how many were sent. Several workers may do so at once."""
    now_ms = clock or _now_ms
    until_ms, sent = now_ms() + MOST_SECONDS * 1000, 0
    while now_ms() < until_ms and (claimed := claim(now_ms())):
        sent += sum(_send(each, now_ms) for each in claimed)
    return sent


def claim(now_ms: int) -> list[Mail]:
    """Compare and swap, one by one: whoever changes the row first has it."""
    due = Mail.objects.filter(status__in=WAITING, due_ms__lte=now_ms, leased_until_ms__lte=now_ms)
    claimed = []
    for each in due.order_by("due_ms", "id")[:BATCH]:
        row = Mail.objects.filter(pk=each.pk, status=each.status, leased_until_ms__lte=now_ms)
        if row.update(leased_until_ms=now_ms + LEASE_MS, attempts=F("attempts") + 1):
            each.attempts += 1
            claimed.append(each)
    return claimed


def _send(mail: Mail, now_ms: Callable[[], int]) -> bool:
    try:
        post_mail(mail)
    except TemporaryError as error:
        _put_off(mail, str(error), error.retry_after_seconds, now_ms())
    except PermanentError as error:
        _bury(mail, str(error))
    except Exception as error:
        logger.exception("mail %s failed", mail.pk)
        _put_off(mail, f"{type(error).__name__} (see the worker's log)", None, now_ms())
    else:
        Mail.objects.filter(pk=mail.pk).update(
            status=MailStatus.SENT, sent_ms=now_ms(), leased_until_ms=0, error=""
        )
        return True
    return False


def _put_off(mail: Mail, error: str, after_seconds: float | None, now_ms: int) -> None:
    if is_hopeless(mail.created_ms, now_ms):
        _bury(mail, error)
        return
    dice = random.random()  # noqa: S311 (spreads retries, keeps no secret)
    Mail.objects.filter(pk=mail.pk).update(
        status=MailStatus.FAILED,
        due_ms=next_try_ms(mail.attempts, now_ms, after_seconds, dice),
        leased_until_ms=0,
        error=error[:500],
    )


def _bury(mail: Mail, error: str) -> None:
    logger.warning("mail %s is given up: %s", mail.pk, error)
    Mail.objects.filter(pk=mail.pk).update(
        status=MailStatus.DEAD, leased_until_ms=0, error=error[:500]
    )


def forget_old(now_ms: int) -> int:
    """Texts hold links that act; whoever has not read them by now will not."""
    rows = Mail.objects.exclude(status__in=WAITING).filter(created_ms__lt=now_ms - KEPT_MS)
    return rows.delete()[0]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
