"""The default schedules. Set-up creates them once; from then on they are the admin's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    task: str
    every_seconds: int
    description: str
    # In UTC; replaces `every_seconds` as the rhythm.
    cron: str = ""

    @property
    def expires_seconds(self) -> int:
        """Messages that waited longer are dropped: an outage must not end in a burst. One of a
        certain hour may come late, but must not be lost."""
        if self.cron:
            return 86_400
        return min(self.every_seconds, 600)


SCHEDULES = (
    Schedule(
        "Sample the vitals of every host",
        "monitoring.tasks.sample_every_host",
        10,
        "CPU, memory, disks, load, network and processes of each host where a worker runs.",
    ),
    Schedule(
        "Send the canary",
        "monitoring.tasks.sing",
        10,
        "Proves that scheduler, queue and workers work. Without it the portal reports itself late.",
    ),
    Schedule(
        "Derive request and error rates",
        "monitoring.tasks.derive_rates",
        10,
        "Requests per minute and error rate of each service, over the last 60 seconds.",
    ),
    Schedule(
        "Run the checks that are due",
        "monitoring.tasks.run_due_checks",
        5,
        "Hands them to a worker up to six seconds ahead. Each check has its own interval.",
    ),
    Schedule(
        "Compact the store",
        "monitoring.tasks.compact_store",
        900,
        "Seals points older than an hour into blocks and deletes what is past its retention.",
    ),
    Schedule(
        "Add requests up",
        "monitoring.tasks.add_up_requests",
        60,
        "Keeps what each route had counted in all, every five minutes: the dashboard reads that.",
    ),
    Schedule(
        "Forget old transitions",
        "monitoring.tasks.forget_old_transitions",
        86_400,
        "Deletes changes of a check's status that ended more than 400 days ago.",
    ),
    Schedule(
        "Clear expired sessions",
        "monitoring.tasks.clear_expired_sessions",
        86_400,
        "Deletes the sessions of people who have not come back.",
    ),
)


@transaction.atomic
def ensure_schedules(schedules: Sequence[Schedule] = SCHEDULES) -> list[str]:
    """Creates those missing and returns their names; an edited one is left as it is."""
    known = set(PeriodicTask.objects.values_list("name", flat=True))
    missing = [schedule for schedule in schedules if schedule.name not in known]
    for schedule in missing:
        _create(schedule)
    return [schedule.name for schedule in missing]


def _create(schedule: Schedule) -> None:
    PeriodicTask.objects.get_or_create(
        name=schedule.name,
        defaults={
            "task": schedule.task,
            **_rhythm(schedule),
            "expire_seconds": schedule.expires_seconds,
            "description": schedule.description,
        },
    )


def _rhythm(schedule: Schedule) -> dict[str, object]:
    if not schedule.cron:
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=schedule.every_seconds, period=IntervalSchedule.SECONDS
        )
        return {"interval": interval}
    minute, hour, day, month, weekday = schedule.cron.split()
    crontab, _ = CrontabSchedule.objects.get_or_create(
        minute=minute,
        hour=hour,
        day_of_month=day,
        month_of_year=month,
        day_of_week=weekday,
        timezone="UTC",
    )
    return {"crontab": crontab}
