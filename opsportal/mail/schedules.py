"""The default schedules of mail."""

from monitoring.schedules import Schedule

SCHEDULES = (
    Schedule(
        "Send mail that waits",
        "opsportal.mail.tasks.send",
        60,
        "Of the status page and reports. New mail is sent at once, without it.",
    ),
    Schedule(
        "Forget old mail",
        "opsportal.mail.tasks.forget_old",
        86_400,
        "Deletes mail that was sent, or given up, more than a week ago.",
    ),
)
