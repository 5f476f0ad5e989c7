"""Set-up creates the default schedules once; from then on they are edited in the admin."""

import pytest
from celery import current_app
from django_celery_beat.models import IntervalSchedule, PeriodicTask

import monitoring.tasks  # noqa: F401  (registers the tasks)
from monitoring.schedules import SCHEDULES, ensure_schedules


@pytest.mark.django_db
def test_an_edited_schedule_is_never_overwritten() -> None:
    ensure_schedules()
    task = PeriodicTask.objects.get(task="monitoring.tasks.sample_every_host")
    minute = IntervalSchedule.objects.create(every=60, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.filter(pk=task.pk).update(enabled=False, interval=minute)
    assert ensure_schedules() == []
    task.refresh_from_db()
    assert (task.enabled, task.interval.every) == (False, 60)


@pytest.mark.django_db
def test_the_missing_ones_are_created_and_named() -> None:
    ensure_schedules()
    PeriodicTask.objects.filter(name="Send the canary").delete()
    assert ensure_schedules() == ["Send the canary"]


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.task)
def test_every_schedule_names_a_task_that_exists_and_makes_no_burst(schedule: object) -> None:
    assert schedule.task in current_app.tasks  # type: ignore[attr-defined]
    assert schedule.expires_seconds <= schedule.every_seconds  # type: ignore[attr-defined]
