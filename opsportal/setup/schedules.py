"""The default schedules: created when missing, never overwritten afterwards."""

from alerts.schedules import SCHEDULES as ALERTS
from backups.schedules import SCHEDULES as BACKUPS
from monitoring.schedules import SCHEDULES, ensure_schedules
from opsportal.mail.schedules import SCHEDULES as MAIL
from opsportal.reports.schedules import SCHEDULES as REPORTS
from opsportal.setup.step import Outcome, Report
from opsportal.statuspage.schedules import SCHEDULES as STATUS_PAGE


def make_schedules() -> Report:
    created = ensure_schedules([*SCHEDULES, *ALERTS, *BACKUPS, *MAIL, *STATUS_PAGE, *REPORTS])
    if not created:
        return Report(Outcome.ALREADY, "schedules")
    return Report(Outcome.DONE, f"schedules ({len(created)})")
