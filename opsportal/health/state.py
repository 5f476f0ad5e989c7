"""The state of the portal as a whole, and what is wrong with it in words."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import psutil

from monitoring.canary import LATE_AFTER_SECONDS
from opsportal.health.look import OK, Look, shared_look

Status = Literal["healthy", "degraded", "unhealthy"]
# Long enough for scheduler and worker to start and for the first canary to come through.
GRACE_SECONDS = 30.0
# Of the process, and not of this module: the first request imports it, maybe hours later.
_STARTED = time.monotonic() - (time.time() - psutil.Process().create_time())


@dataclass(frozen=True, slots=True)
class Trouble:
    severity: Literal["warning", "critical"]
    text: str


@dataclass(frozen=True, slots=True)
class PortalState:
    status: Status
    problems: list[Trouble] = field(default_factory=list)


def portal_state(now: datetime) -> PortalState:
    """`now` is the caller's; the look behind it is at most a second old."""
    return judge(shared_look.get(), uptime_seconds())


def uptime_seconds() -> float:
    """Of this process."""
    return time.monotonic() - _STARTED


def judge(look: Look, uptime_seconds: float) -> PortalState:
    """Pure: without its database the portal is unhealthy; without broker, background work or
    network degraded."""
    broken = [
        Trouble("critical", f"{_SENTENCES[name]} ({look.checks[name]})")
        for name in ("database", "migrations")
        if look.checks[name] != OK
    ]
    if broken:
        return PortalState("unhealthy", broken)
    weakened = []
    if look.checks["broker"] != OK:
        weakened.append(Trouble("critical", f"{_SENTENCES['broker']} ({look.checks['broker']})"))
    late = _lateness(look.canary_age_seconds, uptime_seconds)
    if late:
        weakened.append(Trouble("critical", late))
    if look.is_blind:
        weakened.append(Trouble("warning", _SENTENCES["network"]))
    return PortalState("degraded" if weakened else "healthy", weakened)


_SENTENCES = {
    "database": "the database does not answer",
    "migrations": "the database is not up to date: run manage.py setup",
    "broker": "the broker does not answer",
    "network": "the portal has lost its network, so checks are unknown",
}


def _lateness(age_seconds: float | None, uptime_seconds: float) -> str:
    """Empty while all is well, and while a portal that has just started may still catch up."""
    if uptime_seconds < GRACE_SECONDS:
        return ""
    if age_seconds is None:
        return "background work has never run: is a worker there, and the scheduler?"
    if age_seconds > LATE_AFTER_SECONDS:
        return f"background work has stopped: nothing came through for {_duration(age_seconds)}"
    return ""


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f}\N{NO-BREAK SPACE}s"
    if seconds < 7200:
        return f"{seconds / 60:.0f}\N{NO-BREAK SPACE}min"
    return f"{seconds / 3600:.0f}\N{NO-BREAK SPACE}h"
