"""Points of pings that changed nothing are written together, a moment later."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from monitoring import store
from monitoring.heartbeats.points import PointBuffer
from monitoring.signals import points_recorded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def recorded() -> Iterator[threading.Event]:
    event = threading.Event()

    def heard(**_: object) -> None:
        event.set()

    points_recorded.connect(heard)
    yield event
    points_recorded.disconnect(heard)


def point(check: str, time_ms: int) -> store.Point:
    return store.Point("check_up", {"check": check, "kind": "heartbeat"}, time_ms, 1.0)


def test_a_database_that_is_away_loses_points_and_no_later_ones(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, recorded: threading.Event
) -> None:
    failed = threading.Event()

    def fail(_: object) -> None:
        failed.set()
        raise OperationalError("the server has gone away")

    now_ms = time.time_ns() // 1_000_000
    buffer = PointBuffer(every_seconds=0.01)
    with monkeypatch.context() as broken:
        broken.setattr(store, "record", fail)
        buffer.put([point("a", now_ms)])
        assert failed.wait(10)
    buffer.put([point("b", now_ms)])
    assert recorded.wait(10)
    buffer.stop()
    assert "1 points of heartbeats are lost: the server has gone away" in caplog.text
    (found,) = store.latest(store.Selector("check_up"))
    assert found.series.labels["check"] == "b"


def test_of_each_series_only_the_latest_point_waits() -> None:
    now_ms = time.time_ns() // 1_000_000
    buffer = PointBuffer(every_seconds=3600)
    for number in range(1000):
        buffer.put([point(f"job-{number % 3}", now_ms - 1000 + number)])
    buffer.stop()
    latest = store.latest(store.Selector("check_up"))
    assert sorted(each.time_ms - now_ms for each in latest) == [-3, -2, -1]


def test_without_points_there_is_no_thread() -> None:
    before = threading.active_count()
    PointBuffer().put([])
    assert threading.active_count() == before
