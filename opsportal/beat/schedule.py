"""Beat's schedule: rows that are edited in the admin."""

from __future__ import annotations

import math
import time

from django_celery_beat.schedulers import DatabaseScheduler

LOOK_SECONDS = 5.0


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # no types
    """Looks for edits every five seconds and not before each task, which took half of its time.

    No edit waits longer for it: that is how long Celery may sleep between two looks anyway.
    """

    _looked_at = -math.inf

    def schedule_changed(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = now
        return bool(super().schedule_changed())
