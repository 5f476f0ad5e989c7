"""`manage.py beat`: sends the scheduled tasks when they are due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from opsportal.celery import app
from opsportal.checks import TAG


class Command(BaseCommand):
    help = (
        "Runs Celery's scheduler on the schedules of the admin. Of several one leads, and another "
        "takes over within fourteen seconds. "
        "Example: python manage.py beat"
    )
    # As for the worker.
    requires_system_checks = [TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        # No pid file: a leftover one would keep it from starting, and the supervisor knows the pid.
        app.Beat(loglevel="WARNING", quiet=True, pidfile=None).run()
