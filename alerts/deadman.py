"""Dead man's switch: an outside address hears from the portal for as long as it evaluates.

Whoever listens there (Healthchecks, another portal's heartbeat) tells people when it falls silent:
nothing within a portal that is dead could.
"""

from __future__ import annotations

import logging
import threading

from opsportal.lib.http import HttpError, Request, fetch

logger = logging.getLogger(__name__)

EVERY_MS = 60_000
_TIMEOUT_SECONDS = 5.0


class Switch:
    """One per process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pinged_ms = 0

    def alive(self, now_ms: int) -> None:
        """After an evaluation that worked. Waits for nobody."""
        if self._url and not 0 <= now_ms - self._pinged_ms < EVERY_MS:
            self._pinged_ms = now_ms
            threading.Thread(target=self._ping, name="dead man's switch", daemon=True).start()

    def _ping(self) -> None:
        try:
            fetch(Request(url=self._url, timeout_seconds=_TIMEOUT_SECONDS))
        except HttpError as error:
            logger.warning("the dead man's switch did not hear: %s", error)
