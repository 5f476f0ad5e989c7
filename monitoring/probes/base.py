"""What every kind of check is made of: its settings (`opsportal.lib.kinds`), and a result."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from opsportal.lib.kinds import Configured


class Status(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


# In the order in which they are shown, each of the kinds that have it.
PHASES = ("dns", "connect", "tls", "first_byte", "answer", "round_trip", "transfer")


class Reason(StrEnum):
    """Why a result is what it is; `message` says it to people."""

    OK = "ok"
    SLOW = "slow"
    CREDENTIALS = "credentials rejected"
    EXPIRING = "certificate expires soon"
    MISMATCH = "unexpected answer"
    TOO_LARGE = "answer too large"
    TIMEOUT = "timeout"
    NAME = "name not found"
    REFUSED = "connection refused"
    UNREACHABLE = "unreachable"
    CLOSED = "connection closed"
    CERTIFICATE = "certificate not trusted"
    PROTOCOL = "invalid answer"
    FORBIDDEN = "address not allowed"
    LATE = "ping is late"
    FAILED = "job failed"
    INTERNAL = "probe failed"

    @property
    def may_be_our_network(self) -> bool:
        """True where the portal's own lost network would have looked the same."""
        return self in (Reason.TIMEOUT, Reason.NAME, Reason.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value beside the response time, as a metric of the catalogue."""

    metric: str
    value: float


# Not frozen: that would take three times as long, for each of ten thousand a minute.
@dataclass(slots=True)
class Result:
    """Of one probe. `phases_ms` are in order and add up to about `response_time_ms`; `evidence` is
    what was seen, in JSON's types, and may still hold secrets: the runner removes them."""

    status: Status
    reason: Reason
    message: str
    response_time_ms: float | None = None
    phases_ms: Mapping[str, float] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    readings: Sequence[Reading] = ()

    @property
    def seen(self) -> dict[str, Any]:
        """The evidence with its timings: what is kept beside a change."""
        if self.response_time_ms is None:
            return dict(self.evidence)
        timings = {**self.phases_ms, "total": self.response_time_ms}
        rounded = {name: round(spent_ms, 2) for name, spent_ms in timings.items()}
        return {**self.evidence, "timings_ms": rounded}


class Probe(Configured):
    """A kind of check. A kind is one file here, one line of `registry.py`, one test and one line of
    docs/checks.md."""

    @abstractmethod
    def probe(self, timeout_seconds: float) -> Result:
        """Ends within the timeout, give or take a scheduler's tick. An OSError may be raised; the
        runner turns it into a result (`failures.explain`)."""
