"""When reports are sent, where recipients are given."""

from monitoring.schedules import Schedule

DAY_SECONDS = 86_400

SCHEDULES = (
    Schedule(
        "Send the weekly report",
        "opsportal.reports.tasks.send_weekly",
        7 * DAY_SECONDS,
        "Of the week before, to those whom the report settings name.",
        cron="0 7 * * 1",
    ),
    Schedule(
        "Send the monthly report",
        "opsportal.reports.tasks.send_monthly",
        30 * DAY_SECONDS,
        "Of the month before, to those whom the report settings name.",
        cron="0 7 1 * *",
    ),
)
