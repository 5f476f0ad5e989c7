"""When a heartbeat becomes late. Pure: times in milliseconds since the epoch."""

from __future__ import annotations

import json
from functools import lru_cache

from monitoring.heartbeats.runs import Runs
from monitoring.models import CheckState, CheckStatus
from monitoring.probes.heartbeat import Heartbeat
from opsportal.lib.kinds import SettingsError


@lru_cache(maxsize=10_000)
def heartbeat_of(settings: str) -> Heartbeat:
    """Of settings as JSON."""
    try:
        return Heartbeat.from_settings(json.loads(settings))
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


def due_ms(heartbeat: Heartbeat, state: CheckState, runs: Runs, now_ms: int) -> int | None:
    """The deadline after a start or an edit. One that is down or unknown keeps what it has: only a
    ping, or its next regular time, moves it on."""
    began_after_ms = now_ms - heartbeat.grace_ms
    match state.status:
        case CheckStatus.UP | CheckStatus.DEGRADED:
            last_ms = runs.last_success_ms() or now_ms
            return deadline_ms(heartbeat, last_ms, runs.running_since_ms(began_after_ms))
        case CheckStatus.NEW:
            # What came before it was paused is forgotten.
            began_after_ms = max(began_after_ms, state.since_ms - 1)
            return deadline_ms(heartbeat, None, runs.running_since_ms(began_after_ms))
        case CheckStatus.PAUSED:
            return None
    return state.due_ms
