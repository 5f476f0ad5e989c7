"""The next times of a schedule, for whoever is writing it. Pure."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError


def upcoming(cron: str, time_zone: str, now: datetime, count: int = 5) -> list[datetime]:
    """In that time zone; fewer where the expression ends. Raises ValueError, in words: a form that
    is being written is wrong most of the time."""
    try:
        zone = ZoneInfo(time_zone or "UTC")
    except (KeyError, ValueError, OSError):
        raise ValueError("There is no such time zone; use a name such as Europe/Berlin.") from None
    try:
        found = list(islice(CronSim(cron, now.astimezone(zone)), count))
    except (CronSimError, OverflowError):
        raise ValueError("This is not a cron expression; write one such as 0 2 * * *.") from None
    if not found:
        raise ValueError("This never comes.")
    return found
