"""The default schedule of the status page."""

from monitoring.schedules import Schedule

SCHEDULES = (
    Schedule(
        "Tell subscribers of the status page",
        "opsportal.statuspage.tasks.tell_subscribers",
        60,
        "Of updates that nobody was told of. New ones are told at once, without it.",
    ),
)
