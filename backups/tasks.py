"""Celery tasks. A run has a process of its own: its memory is given back, probes beside it keep
their pace, and it can be stopped."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time

from celery import shared_task
from django.conf import settings

logger = logging.getLogger(__name__)

# The next look sends for it again.
EXPIRES_SECONDS = 55


@shared_task
def look() -> None:
    from backups.looking import look_around

    for backup_id in look_around(time.time_ns() // 1_000_000):
        run_backup.apply_async((backup_id,), expires=EXPIRES_SECONDS)


@shared_task
def watch_over() -> None:
    """Every minute: looks, and tells how old the newest backups are."""
    from backups.series import record_ages

    look()
    record_ages(time.time_ns() // 1_000_000)


@shared_task(queue="backups")
def run_backup(backup_id: int) -> None:
    _manage("backup", "--run", str(backup_id))
    # The next one may have waited for this.
    look()


@shared_task(queue="backups")
def verify_backup(backup_id: int) -> None:
    _manage("verify", str(backup_id))


@shared_task
def forget_old_runs() -> None:
    from backups.sweeping import forget

    forget(time.time_ns() // 1_000_000)


def _manage(*words: str) -> None:
    """Its own words go to the log; how it ended is in the row. It dies with this process."""
    leash = [sys.executable, "-m", "opsportal.supervisor.leash", str(os.getpid())]
    command = [*leash, sys.executable, "manage.py", *words, "--quiet"]
    subprocess.run(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, check=False)
