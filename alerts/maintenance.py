"""When planned work takes place. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

MOST_WINDOWS = 1000


class Planned(Protocol):
    """The fields of models.Maintenance that say when."""

    starts_at: datetime
    duration_seconds: int
    cron: str
    time_zone: str
    ends_at: datetime | None


def windows(planned: Planned, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Start and end of each that overlaps the time between, in ms, oldest first."""
    length = timedelta(seconds=planned.duration_seconds)
    if not planned.cron:
        first_ms, last_ms = _ms(planned.starts_at), _ms(planned.starts_at + length)
        return [(first_ms, last_ms)] if first_ms < end_ms and last_ms > start_ms else []
    # One that has begun before the start may still last.
    since = max(planned.starts_at, _moment(start_ms) - length)
    until = min(planned.ends_at or _moment(end_ms), _moment(end_ms))
    found: list[tuple[int, int]] = []
    for begins in _occurrences(planned, since):
        if begins >= until or len(found) >= MOST_WINDOWS:
            break
        if _ms(begins + length) > start_ms:
            found.append((_ms(begins), _ms(begins + length)))
    return found


def _occurrences(planned: Planned, since: datetime) -> CronSim | list[datetime]:
    try:
        # The one at the very moment counts: CronSim begins after it.
        before = since.astimezone(ZoneInfo(planned.time_zone or "UTC")) - timedelta(seconds=1)
        return CronSim(planned.cron, before)
    except CronSimError:
        return []


def is_now(planned: Planned, now_ms: int) -> bool:
    return bool(windows(planned, now_ms, now_ms + 1))


def _moment(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
