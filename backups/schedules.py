"""The default schedules of backups."""

from monitoring.schedules import Schedule

SCHEDULES = (
    Schedule(
        "Watch over backups",
        "backups.tasks.watch_over",
        60,
        "Begins those whose turn has come, tries failed ones again, and records their age.",
    ),
    Schedule(
        "Forget old runs of backups",
        "backups.tasks.forget_old_runs",
        86_400,
        "Deletes rows, older than 400 days, of runs of which no artifact is left.",
    ),
)
