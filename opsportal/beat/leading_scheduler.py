"""Beat's scheduler, of which only one sends at a time, however many run."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from opsportal.beat.fencing import HEADER
from opsportal.beat.leading import Candidate
from opsportal.beat.schedule import Scheduler

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0


class LeadingScheduler(Scheduler):
    """The others watch, and one of them takes over within fourteen seconds."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._candidate = Candidate("beat", f"{settings.HOST_NAME}:{settings.DATA_DIR}"[:200])
        self._led = False
        super().__init__(*args, **options)

    def tick(self, *args: Any, **options: Any) -> float:
        now = time.monotonic()
        leads = self._stand(now)
        if leads != self._led:
            self._change(leads)
        if not leads:
            return LOOK_SECONDS
        return min(super().tick(*args, **options), self._candidate.seconds_to_next(now))

    def apply_async(self, entry: Any, *args: Any, **options: Any) -> Any:
        # It may have slept since it last looked: the machine was suspended, the broker slow.
        if not self._candidate.leads(time.monotonic()):
            return None
        headers = {**(entry.options.get("headers") or {}), HEADER: self._candidate.token}
        entry.options = {**entry.options, "headers": headers}
        return super().apply_async(entry, *args, **options)

    def close(self) -> None:
        super().close()
        try:
            self._candidate.give_up()
        except DatabaseError as error:
            logger.warning("cannot give the lead up: %s", error)

    def _stand(self, now: float) -> bool:
        try:
            return self._candidate.stand(now)
        except DatabaseError as error:
            if self._led:
                logger.warning("cannot renew the lead: %s", error)
            return self._candidate.leads(now)

    def _change(self, leads: bool) -> None:
        """What was sent last stands in the database, and may be another's doing."""
        self._led = leads
        # At a start nobody needs to be told.
        level = logging.INFO if leads and self._candidate.is_alone else logging.WARNING
        logger.log(level, "this scheduler %s", "leads now" if leads else "watches now")
        self._dirty.clear()
        self._initial_read, self._heap, self._schedule = True, None, None
