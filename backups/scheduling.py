"""When a plan's turn comes. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim

from backups.models import Plan

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
# After a run that failed: soon, then with patience; then the next turn is the next try.
RETRY_AFTER_MS = (2 * MINUTE_MS, 15 * MINUTE_MS)


def turn(plan: Plan, now_ms: int) -> int | None:
    """The newest turn that has come and was not taken, in ms; None while there is none. However
    many were missed while the machine was off, they are made up by one run."""
    since = datetime.fromtimestamp(_since_ms(plan, now_ms) / 1000, UTC)
    newest = None
    for start in CronSim(plan.cron, since.astimezone(ZoneInfo(plan.time_zone))):
        start_ms = int(start.timestamp() * 1000)
        if start_ms > now_ms:
            break
        newest = start_ms
    return newest


def _since_ms(plan: Plan, now_ms: int) -> int:
    """What was taken in a future that a clock had made up was not taken: a day is looked back."""
    made_ms = int(plan.created_at.timestamp() * 1000)
    since_ms = made_ms if plan.scheduled_ms is None else plan.scheduled_ms
    return since_ms if since_ms <= now_ms else now_ms - DAY_MS


def next_starts(plan: Plan, now: datetime, count: int) -> list[datetime]:
    """In the plan's own time zone; fewer where the expression ends."""
    found: list[datetime] = []
    for start in CronSim(plan.cron, now.astimezone(ZoneInfo(plan.time_zone))):
        found.append(start)
        if len(found) == count:
            break
    return found


def retry_at_ms(attempt: int, finished_ms: int) -> int | None:
    """When a run that failed is tried again; None when that was the last try."""
    if attempt > len(RETRY_AFTER_MS):
        return None
    return finished_ms + RETRY_AFTER_MS[attempt - 1]
