"""The scheduler, by the canary that it sends through the queue every ten seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from monitoring.canary import LATE_AFTER_SECONDS, canary_age_seconds
from opsportal.doctor.base import Finding, ok, wrong

_MEND = (
    "If a worker answers (above), the scheduler is dead or without a schedule: start it (make run, "
    "or python manage.py beat), and see Periodic tasks in the admin. Else mend the worker first."
)


def examine() -> Iterator[Finding]:
    yield judged(canary_age_seconds(datetime.now(UTC)))


def judged(age_seconds: float | None) -> Finding:
    """Pure."""
    if age_seconds is None:
        return wrong("no scheduled task has ever come through", _MEND)
    if age_seconds > LATE_AFTER_SECONDS:
        return wrong(f"no scheduled task has come through for {age_seconds:.0f} s", _MEND)
    return ok(f"its last canary came through {age_seconds:.0f} s ago")
