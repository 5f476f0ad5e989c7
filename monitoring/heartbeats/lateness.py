"""What a missed deadline means: words for people, and when to look again."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, Q

from monitoring.heartbeats.deadlines import excused_until_ms
from monitoring.heartbeats.durations import duration_text
from monitoring.models import CheckStatus, Ping
from monitoring.probes.base import Probe, Reason, Result, Status
from monitoring.probes.heartbeat import Heartbeat


def late_result(check_id: int, probe: Probe, now_ms: int) -> Result:
    if not isinstance(probe, Heartbeat):
        return probe.probe(0)
    pings = Ping.objects.filter(owner_id=check_id)
    last = pings.aggregate(
        success=Max("time_ms", filter=Q(kind=Ping.Kind.SUCCESS)),
        start=Max("time_ms", filter=Q(kind=Ping.Kind.START)),
    )
    words = _words(probe, last["success"], last["start"], now_ms)
    return Result(Status.DOWN, Reason.LATE, words)


def _words(heartbeat: Heartbeat, success_ms: int | None, start_ms: int | None, now_ms: int) -> str:
    zone, grace = ZoneInfo(heartbeat.time_zone), duration_text(heartbeat.grace_ms)
    expected_ms = None if success_ms is None else heartbeat.expected_ms(success_ms)
    if success_ms and expected_ms and expected_ms + heartbeat.grace_ms <= now_ms:
        since, expected = _moment(success_ms, zone), _moment(expected_ms, zone)
        return f"no ping since {since}; expected {expected}, with {grace} of grace"
    if start_ms:
        return f"the run that began {_moment(start_ms, zone)} has not ended within {grace}"
    return f"no ping within {grace} of when it was expected"


def _moment(time_ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, zone):%Y-%m-%d %H:%M:%S %Z}"


def due_after_lateness_ms(probe: Probe, status: CheckStatus, now_ms: int) -> int | None:
    """A heartbeat that is down waits for its next ping. One that is unknown could not reach the
    portal, or its job lacks what it needs: it is expected again at its next regular time."""
    if status == CheckStatus.DOWN or not isinstance(probe, Heartbeat):
        return None
    return excused_until_ms(probe, now_ms)
