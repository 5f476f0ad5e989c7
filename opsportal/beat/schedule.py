"""Beat's schedule: rows that are edited in the admin."""

from __future__ import annotations

import logging
import math
import time
from datetime import datetime
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
# More than a clock is slewed by between two looks.
_STEP_SECONDS = 1.0


class Entry(ModelEntry):  # type: ignore[misc]  # no types
    """What was sent in a future that a clock had made up is due as if it was sent now."""

    last_run_at: datetime

    def is_due(self) -> Any:
        now = self._default_now()
        if self.last_run_at > now:
            self.last_run_at = self.model.last_run_at = now
        return super().is_due()


class Scheduler(DatabaseScheduler):  # type: ignore[misc]  # no types
    """Looks for edits every five seconds and not before each task, which took half of its time.

    No edit waits longer for it: that is how long Celery may sleep between two looks anyway.
    """

    Entry = Entry
    _looked_at = -math.inf
    _ahead_seconds = -math.inf

    def schedule_changed(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return False
        self._looked_at = now
        return bool(super().schedule_changed())

    def tick(self, *args: Any, **options: Any) -> float:
        """Celery keeps by the time of day what is next: set back by an hour, nothing would be sent
        for an hour."""
        ahead_seconds = time.time() - time.monotonic()
        if ahead_seconds < self._ahead_seconds - _STEP_SECONDS:
            logger.warning("the clock was set back: the schedule is worked out anew")
            self._heap = None
        self._ahead_seconds = ahead_seconds
        return float(super().tick(*args, **options))
