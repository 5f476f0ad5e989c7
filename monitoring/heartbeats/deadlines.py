"""When a heartbeat becomes late. Pure: times in milliseconds since the epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from monitoring.models import Ping
from monitoring.probes.base import SettingsError
from monitoring.probes.heartbeat import Heartbeat


def heartbeat_of(settings: Mapping[str, Any]) -> Heartbeat:
    return _built(tuple(settings.items()))


@lru_cache(maxsize=10_000)
def _built(settings: tuple[tuple[str, Any], ...]) -> Heartbeat:
    try:
        return Heartbeat.from_settings(dict(settings))
    except SettingsError:
        # An upgrade has narrowed what is accepted: the job's pings must not be lost for it.
        return Heartbeat()


def deadline_ms(
    heartbeat: Heartbeat, last_success_ms: int | None, started_ms: int | None
) -> int | None:
    """`started_ms`: of a run that has not ended; it may take as long as the grace. None where
    nothing is expected: the first ping has not come yet."""
    ends = []
    if last_success_ms is not None:
        ends.append(heartbeat.expected_ms(last_success_ms) + heartbeat.grace_ms)
    if started_ms is not None:
        ends.append(started_ms + heartbeat.grace_ms)
    return min(ends, default=None)


def excused_until_ms(heartbeat: Heartbeat, now_ms: int) -> int:
    """The first deadline after now, where an earlier one was missed through no fault of the
    job's."""
    return heartbeat.expected_ms(now_ms - heartbeat.grace_ms) + heartbeat.grace_ms


def open_start_ms(pings: Iterable[tuple[str, UUID | None, int]]) -> int | None:
    """Of (kind, rid, time), the oldest first: since when the longest run that has not ended goes
    on. As with Healthchecks, a failure ends every run, and so does a success without a rid."""
    running: dict[UUID | None, int] = {}
    for kind, rid, time_ms in pings:
        if kind == Ping.Kind.START:
            running[rid] = time_ms
        elif kind == Ping.Kind.FAIL or rid is None:
            running.clear()
        else:
            running.pop(rid, None)
    return min(running.values(), default=None)
