"""Turns updates of incidents into mail. The update's own row is the queue: a crash loses none, and
none is told twice."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from kombu.exceptions import OperationalError

from opsportal.mail.outbox import queue
from opsportal.statuspage.letters import updates
from opsportal.statuspage.models import IncidentUpdate, Page, Subscriber
from opsportal.statuspage.subscribing import TOPIC, open_page

logger = logging.getLogger(__name__)


def tell(now: datetime) -> int:
    """How many updates were passed on."""
    page = open_page()
    waiting = IncidentUpdate.objects.filter(told_at=None).select_related("incident").order_by("pk")
    return sum(_tell(page, each, now) for each in waiting)


@transaction.atomic
def _tell(page: Page | None, update: IncidentUpdate, now: datetime) -> bool:
    """What was written while nobody could read it is never told afterwards."""
    if not IncidentUpdate.objects.filter(pk=update.pk, told_at=None).update(told_at=now):
        return False
    if page is None or not update.by_mail:
        return False
    subscribers = Subscriber.objects.exclude(confirmed_at=None).iterator(chunk_size=1000)
    queue(TOPIC, updates(page, update, subscribers), round(now.timestamp() * 1000))
    return True


def updated(created: bool, **_: object) -> None:
    """A receiver of IncidentUpdate's post_save."""
    if created:
        transaction.on_commit(_wake)


def _wake() -> None:
    from opsportal.statuspage.tasks import tell_subscribers

    try:
        tell_subscribers.apply_async(expires=60, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("subscribers wait for the next sweep: %s", error)
