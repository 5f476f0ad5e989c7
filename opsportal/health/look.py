"""One look at every part, shared for a second among readiness, health and the dashboard."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from opsportal.health import parts
from opsportal.health.bounded import Bounded
from opsportal.health.shared import Shared

logger = logging.getLogger(__name__)

OK = "ok"


@dataclass(frozen=True, slots=True)
class Look:
    """`checks`: "ok" or the reason, for each part of readiness."""

    checks: Mapping[str, str]
    canary_age_seconds: float | None
    is_blind: bool = False

    @property
    def ready(self) -> bool:
        return all(verdict == OK for verdict in self.checks.values())


_PARTS: dict[str, Bounded[None]] = {
    "database": Bounded("database", parts.look_at_database),
    "migrations": Bounded("migrations", parts.look_at_migrations),
    "broker": Bounded("broker", parts.look_at_broker),
}
_WORK = Bounded("work", parts.look_at_work)


def take_look() -> Look:
    """All parts at once: the whole takes as long as the slowest, two seconds at most."""
    deadline = time.monotonic() + parts.TIMEOUT_SECONDS
    for part in _PARTS.values():
        part.start()
    _WORK.start()
    checks = {name: _verdict(name, part, deadline) for name, part in _PARTS.items()}
    try:
        return Look(checks, *_WORK.result(deadline - time.monotonic()))
    except Exception:
        # Without the database nothing is known of the canary; the database's own verdict says why.
        return Look(checks, None)


def _verdict(name: str, part: Bounded[None], deadline: float) -> str:
    try:
        part.result(deadline - time.monotonic())
    except Exception as error:
        # The log is the operator's: it may say what the public answer must not.
        logger.warning("%s: %s: %s", name, type(error).__name__, error)
        return parts.reason(error)
    return OK


shared_look = Shared(take_look)
