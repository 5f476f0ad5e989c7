"""Celery keeps by the time of day what is sent next: a clock set back silences nobody."""

from __future__ import annotations

import copy
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.beat import event_t
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from opsportal.beat.schedule import Scheduler
from opsportal.celery import app

pytestmark = pytest.mark.django_db
HOUR_SECONDS = 3600.0


class Quiet(Scheduler):
    """Keeps what it would send, and its hands off the test's connection."""

    _heap: Any

    def __init__(self) -> None:
        self.sent: list[str] = []
        super().__init__(app, lazy=True)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent.append(entry.name)

    def schedule_changed(self) -> bool:
        return False

    def sync(self) -> None:
        pass

    @property
    def producer(self) -> None:
        return None

    @property
    def seconds_to_next(self) -> float:
        return float(self._heap[0].time) - time.time()


@pytest.fixture(autouse=True)
def _only_these() -> None:
    PeriodicTask.objects.all().delete()


def every(seconds: int, last_run_at: datetime) -> None:
    interval = IntervalSchedule.objects.create(every=seconds, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(
        name="often", task="a.task", interval=interval, last_run_at=last_run_at
    )


def scheduler(was_ahead_seconds: float) -> Quiet:
    """One that has worked out what is next while the clock was so much ahead of now."""
    made = Quiet()
    made.old_schedulers = copy.copy(made.schedule)
    at = time.time() + was_ahead_seconds + 1
    made._heap = [event_t(at, 5, entry) for entry in made.schedule.values()]
    made._ahead_seconds = time.time() - time.monotonic() + was_ahead_seconds
    return made


def test_what_is_sent_often_is_sent_within_its_interval(caplog: pytest.LogCaptureFixture) -> None:
    every(5, timezone.now() + timedelta(seconds=HOUR_SECONDS))
    beat = scheduler(HOUR_SECONDS)
    assert beat.tick() <= 5
    assert beat.seconds_to_next <= 5
    assert "the clock was set back" in caplog.text


def test_a_cron_expression_waits_for_its_next_time_from_now() -> None:
    schedule = CrontabSchedule.objects.create(minute="0", hour="*")
    in_years = timezone.now() + timedelta(days=2000)
    PeriodicTask.objects.create(
        name="hourly", task="a.task", crontab=schedule, last_run_at=in_years
    )
    beat = scheduler(2000 * 24 * HOUR_SECONDS)
    beat.tick()
    assert beat.seconds_to_next <= HOUR_SECONDS


def test_a_start_with_a_clock_that_is_right_again_waits_for_nothing() -> None:
    every(5, timezone.now() + timedelta(seconds=HOUR_SECONDS))
    beat = Quiet()
    beat.tick()
    assert beat.seconds_to_next <= 5


def test_a_clock_set_forward_has_everything_sent_once() -> None:
    every(5, timezone.now() - timedelta(seconds=HOUR_SECONDS))
    beat = scheduler(-HOUR_SECONDS)
    assert [beat.tick(), beat.tick() > 0] == [0, True]
    assert beat.sent == ["often"]


def test_a_clock_that_is_slewed_leaves_the_schedule_alone() -> None:
    every(5, timezone.now())
    beat = scheduler(0.5)
    planned = beat._heap
    beat.tick()
    assert beat._heap is planned
