"""Heartbeat: the job itself tells the portal that it ran. Probed only when it is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from monitoring.probes.base import Probe, Reason, Result, Status
from opsportal.lib.kinds import kind, setting

DAY_SECONDS = 86_400


@kind
class Heartbeat(Probe):
    """Times are in milliseconds since the epoch. Leased only once its deadline has passed, so
    that its probe has nothing to ask."""

    name = "heartbeat"
    label = "Heartbeat"

    period_seconds: int = setting(
        "Period", "Seconds between pings", default=DAY_SECONDS, minimum=1, maximum=366 * DAY_SECONDS
    )
    cron: str = setting("Cron expression", "Such as 0 2 * * *; replaces the period", default="")
    time_zone: str = setting("Time zone", "Of the cron expression", default="UTC")
    grace_seconds: int = setting(
        "Grace",
        "Seconds that a ping may be late, and that a run may take",
        default=3600,
        minimum=1,
        maximum=31 * DAY_SECONDS,
    )
    methods: str = setting(
        "Methods",
        "post: a GET, such as of a link preview, counts for nothing",
        default="any",
        choices=("any", "post"),
    )

    @property
    def grace_ms(self) -> int:
        return self.grace_seconds * 1000

    def validate(self) -> Mapping[str, str]:
        try:
            zone = ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            return {"time_zone": "no such time zone; use a name such as Europe/Berlin"}
        return _cron_errors(self.cron, zone) if self.cron else {}

    def expected_ms(self, after_ms: int) -> int:
        """When the ping that follows one at `after_ms` should come."""
        if not self.cron:
            return after_ms + self.period_seconds * 1000
        local = datetime.fromtimestamp(after_ms / 1000, ZoneInfo(self.time_zone))
        expected: datetime = next(CronSim(self.cron, local))
        return round(expected.timestamp() * 1000)

    def probe(self, timeout_seconds: float) -> Result:
        return Result(Status.DOWN, Reason.LATE, "no ping in time")


def _cron_errors(cron: str, zone: ZoneInfo) -> Mapping[str, str]:
    try:
        next(CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC).astimezone(zone)))
    except (CronSimError, StopIteration, ValueError) as error:
        return {"cron": f"not a cron expression ({error or 'it never comes'})"}
    return {}
