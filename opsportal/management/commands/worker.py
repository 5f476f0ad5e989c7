"""`manage.py worker`: does the background work."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from django.conf import settings
from django.core.management.base import BaseCommand

from opsportal.celery import app
from opsportal.checks import TAG


class Command(BaseCommand):
    help = (
        "Runs a Celery worker. As many as needed, on as many machines, share one broker and one "
        "database; each samples the host it runs on. OPSPORTAL_WORKER_THREADS sets its threads. "
        "Example: REDIS_URL=redis://cache:6379/0 python manage.py worker"
    )
    # The others load the whole web side, which a worker never uses: 47 MB.
    requires_system_checks = [TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        # Celery warns root of messages that are programs (pickle); ours are JSON and nothing else.
        warnings.filterwarnings("ignore", category=SecurityWarning)
        # Not through Celery's own command line, whose interactive shell costs another 11 MB.
        worker = app.Worker(
            pool="threads",
            concurrency=settings.WORKER_THREADS,
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        worker.start()
        sys.exit(worker.exitcode)
