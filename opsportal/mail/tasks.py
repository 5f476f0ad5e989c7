"""Celery tasks: thin shells over the outbox."""

from __future__ import annotations

import time

from celery import shared_task


@shared_task
def send() -> None:
    from opsportal.mail import outbox

    outbox.send_due()


@shared_task
def forget_old() -> None:
    from opsportal.mail import outbox

    outbox.forget_old(time.time_ns() // 1_000_000)
