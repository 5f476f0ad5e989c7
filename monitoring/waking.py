"""Tells a worker that a check has just become due; without it, the next tick sees it."""

from __future__ import annotations

import logging
import math
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# A thousand checks that are imported are one wave, not a thousand messages.
_AT_MOST_EVERY_SECONDS = 0.5
_EXPIRES_SECONDS = 5
# By its name: tasks stand above what the admin and the API import.
_TASK = "monitoring.tasks.run_due_checks"
_woken_at = -math.inf


def wake_a_worker_on_commit() -> None:
    transaction.on_commit(_wake_a_worker)


def _wake_a_worker() -> None:
    global _woken_at
    now = time.monotonic()
    if now - _woken_at < _AT_MOST_EVERY_SECONDS:
        return
    _woken_at = now
    try:
        current_app.send_task(_TASK, expires=_EXPIRES_SECONDS, retry=False)
    except (OperationalError, OSError) as error:
        # As at set-up, before there is any; whether the broker is away is told elsewhere.
        logger.debug("no worker was woken for a check: %s", error)
