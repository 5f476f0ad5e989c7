"""The default schedules of alerts."""

from monitoring.schedules import Schedule

SCHEDULES = (
    Schedule(
        "Evaluate every threshold",
        "alerts.tasks.sweep",
        10,
        "Sees absence, repeats, escalates. New points are evaluated at once, without it.",
    ),
    Schedule(
        "Drill channels",
        "alerts.tasks.drill",
        86_400,
        "Sends a made-up alert through each channel that has its monthly drill on.",
    ),
    Schedule(
        "Forget old alerts",
        "alerts.tasks.forget_old_alerts",
        86_400,
        "Deletes alerts that ended more than 400 days ago, with their history and messages.",
    ),
)
