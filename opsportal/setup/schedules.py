"""The default schedules: created when missing, never overwritten afterwards."""

from monitoring.schedules import ensure_schedules
from opsportal.setup.step import Outcome, Report


def make_schedules() -> Report:
    created = ensure_schedules()
    if not created:
        return Report(Outcome.ALREADY, "schedules")
    return Report(Outcome.DONE, f"schedules ({len(created)})")
