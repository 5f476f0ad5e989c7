"""Celery tasks: thin shells."""

from __future__ import annotations

from datetime import UTC, datetime

from celery import shared_task


@shared_task
def tell_subscribers() -> None:
    from opsportal.statuspage import subscribing, telling

    now = datetime.now(UTC)
    telling.tell(now)
    subscribing.forget_unconfirmed(now)
