"""A thread of the web process that judges the background work: nobody else is left when it dies."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from datetime import UTC, datetime

from django.db import connection

from monitoring.canary import INTERVAL_SECONDS, record_beat_age

logger = logging.getLogger(__name__)


def start() -> threading.Thread:
    """Call it in the process that serves, not in one that forks servers."""
    thread = threading.Thread(target=_run, name="judge", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    never = threading.Event()
    while not never.wait(INTERVAL_SECONDS):
        judge_once()


def judge_once() -> None:
    try:
        # A connection held for ten idle seconds would be one less for requests.
        with closing(connection):
            record_beat_age(datetime.now(UTC))
    except Exception as error:
        # Not only DatabaseError: a thread that ends would never judge again. The health endpoints
        # tell of the database; here the next turn tries again.
        logger.warning("cannot record the age of the canary: %s", error)
