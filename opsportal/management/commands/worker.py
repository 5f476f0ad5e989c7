"""`manage.py worker`: does the background work."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from celery.exceptions import SecurityWarning
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from opsportal.beat.thread import BeatThread
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

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--beat",
            action="store_true",
            help="send the scheduled tasks, too, instead of a process for that (manage.py beat)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["beat"]:
            beat = BeatThread(app)
            worker_ready.connect(lambda **_: beat.start(), weak=False)
            worker_shutting_down.connect(lambda **_: beat.stop(), weak=False)
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
