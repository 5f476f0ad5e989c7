"""On one machine the worker sends the scheduled tasks, too."""

from __future__ import annotations

import signal
import threading
from types import SimpleNamespace

import pytest
from celery import Celery

from opsportal.beat.schedule import LOOK_SECONDS, Scheduler
from opsportal.beat.thread import BeatThread

WAIT_SECONDS = 30


class Broken(Scheduler):
    """As one whose schedule cannot be read at all."""

    def setup_schedule(self) -> None:
        raise RuntimeError("no schedule")


class Empty(Scheduler):
    ticked = threading.Event()

    def setup_schedule(self) -> None:
        self.max_interval = 0.01

    def tick(self, *_: object, **__: object) -> float:
        self.ticked.set()
        return 0.01

    def sync(self) -> None:
        pass


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the worker is asked to end."""
    asked = threading.Event()

    def kill(_: int, number: int) -> None:
        assert number == signal.SIGTERM
        asked.set()

    monkeypatch.setattr("opsportal.beat.thread.os.kill", kill)
    return asked


def _beat(scheduler: type[Scheduler]) -> BeatThread:
    app = Celery("test", set_as_current=False)
    app.conf.beat_scheduler = scheduler
    return BeatThread(app)


def test_a_beat_that_breaks_ends_its_worker(
    ended: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    _beat(Broken).start()
    assert ended.wait(WAIT_SECONDS)
    assert "beat has ended" in caplog.text


def test_a_beat_that_is_stopped_ends_alone(ended: threading.Event) -> None:
    beat = _beat(Empty)
    beat.start()
    assert Empty.ticked.wait(WAIT_SECONDS)
    beat.stop()
    for thread in threading.enumerate():
        if thread.name == "beat":
            thread.join(WAIT_SECONDS)
    assert not ended.is_set()


def test_edits_are_looked_for_every_few_seconds_and_not_at_every_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([100.0, 101.0, 100.0 + LOOK_SECONDS])
    own = SimpleNamespace(monotonic=lambda: next(clock))
    monkeypatch.setattr("opsportal.beat.schedule.time", own)
    looks: list[None] = []

    def look(_: object) -> bool:
        looks.append(None)
        return True

    monkeypatch.setattr("django_celery_beat.schedulers.DatabaseScheduler.schedule_changed", look)
    scheduler = Empty.__new__(Empty)
    assert [scheduler.schedule_changed() for _ in range(3)] == [True, False, True]
    assert len(looks) == 2
