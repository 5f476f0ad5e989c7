"""What the process gathers becomes histograms, and is kept until it is written."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from monitoring import traffic as module
from monitoring.route_names import NO_ROUTE, OTHER_ROUTE
from monitoring.traffic import MAX_ROUTES, MAX_TIMINGS, Recorder
from tests.traffic.memory_writer import MemoryWriter

if TYPE_CHECKING:
    from tests.traffic.conftest import Traffic


def test_what_cannot_be_written_is_tried_again_with_the_same_times(traffic: Traffic) -> None:
    traffic.writer.broken = True
    traffic.recorder.append(("a/", "GET", 200, 5.0))
    traffic.recorder.flush()
    first_ms = traffic.recorder._pending[0].time_ms
    traffic.writer.broken = False
    traffic.clock.now += 10_000
    traffic.recorder.flush()
    assert [point.time_ms for point in traffic.writer.points] == [first_ms]


def test_a_portal_that_is_away_is_not_asked_at_every_flush(traffic: Traffic) -> None:
    traffic.writer.broken = True
    traffic.recorder.append(("a/", "GET", 200, 5.0))
    traffic.recorder.flush()
    traffic.writer.broken = False
    traffic.clock.now += 1
    traffic.recorder.flush()
    assert traffic.writer.points == []
    traffic.recorder.flush(final=True)
    assert len(traffic.writer.points) == 1


def test_the_oldest_are_dropped_when_too_many_wait(
    traffic: Traffic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 6)
    traffic.writer.broken = True
    for number in range(5):
        traffic.clock.now += 10_000
        traffic.recorder.append((f"{number}/", "GET", 200, 5.0))
        traffic.recorder.flush()
    kept = [p.labels["route"] for p in traffic.recorder._pending if "route" in p.labels]
    assert kept == ["/2/", "/3/", "/4/"]
    traffic.writer.broken = False
    traffic.recorder.flush(final=True)
    assert caplog.text.count("the oldest are dropped") == 1
    assert "4 points were dropped" in caplog.text


def test_a_writer_that_hangs_costs_no_more_memory_than_its_bound(
    traffic: Traffic, caplog: pytest.LogCaptureFixture
) -> None:
    with traffic.recorder._flushing:  # as it is while a write lasts
        for _ in range(MAX_TIMINGS + 10):
            traffic.recorder.append(("a/", "GET", 200, 1.0))
    traffic.recorder.flush()
    assert traffic.writer.counts() == {("/a/", "GET", "2xx"): MAX_TIMINGS}
    assert "some requests were not counted" in caplog.text


def test_a_machine_without_a_thread_left_breaks_no_request(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    writer = MemoryWriter()
    recorder = Recorder(lambda: writer, {}, 3600)
    recorder.append(("a/", "GET", 200, 1.0))
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        recorder.start()
    assert "can't start new thread" in caplog.text
    recorder.start()
    recorder.flush()
    assert writer.counts() == {("/a/", "GET", "2xx"): 1}


def test_routes_beyond_the_limit_share_one_series(traffic: Traffic) -> None:
    for number in range(10_000):
        traffic.recorder.append((f"{number}/", "GET", 200, 1.0))
    traffic.recorder.flush()
    counts = traffic.writer.counts()
    assert len(counts) == MAX_ROUTES + 1
    assert counts[OTHER_ROUTE, "GET", "2xx"] == 10_000 - MAX_ROUTES


def test_an_invented_method_and_an_unmatched_path_make_no_series_of_their_own(
    traffic: Traffic,
) -> None:
    for method in ("BREW", "HACK", "GET"):
        traffic.recorder.append((NO_ROUTE, method, 404, 1.0))
    traffic.recorder.flush()
    assert traffic.writer.counts() == {
        (NO_ROUTE, "OTHER", "4xx"): 2,
        (NO_ROUTE, "GET", "4xx"): 1,
    }


def test_routes_of_regular_expressions_are_recorded_as_people_read_them(traffic: Traffic) -> None:
    for pattern in ("^reports/(?P<kind>weekly|monthly)/?$", "reports/<kind>/"):
        traffic.recorder.append((pattern, "GET", 200, 1.0))
    traffic.recorder.flush()
    assert traffic.writer.counts() == {("/reports/<kind>/", "GET", "2xx"): 2}


def test_latencies_gather_in_a_histogram(traffic: Traffic) -> None:
    for milliseconds in (1.0, 10.0, 100.0):
        traffic.recorder.append(("^orders/$", "GET", 200, milliseconds))
    traffic.recorder.flush()
    (point,) = traffic.writer.points
    assert point.labels == {
        "service": "shop",
        "host": "web-1",
        "route": "/orders/",
        "method": "GET",
        "status_class": "2xx",
    }
    assert (point.value.count, point.value.sum) == (3, 111.0)
    assert point.value.percentile(50) == pytest.approx(10, rel=0.045)


def test_times_of_a_process_rise_and_bear_its_mark(traffic: Traffic) -> None:
    for _ in range(3):
        traffic.recorder.append(("a/", "GET", 200, 1.0))
        traffic.recorder.flush()
    times = [point.time_ms for point in traffic.writer.points]
    assert sorted(set(times)) == times
    assert {time_ms % 1000 for time_ms in times} == {os.getpid() % 1000}


def test_nothing_is_lost_while_many_threads_append(traffic: Traffic) -> None:
    def work() -> None:
        for _ in range(5_000):
            traffic.recorder.append(("a/", "GET", 200, 1.0))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        traffic.recorder.flush()
    traffic.recorder.flush()
    assert traffic.writer.counts() == {("/a/", "GET", "2xx"): 40_000}


def test_a_forked_child_leaves_its_parents_requests_to_the_parent(traffic: Traffic) -> None:
    traffic.recorder.append(("a/", "GET", 200, 1.0))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        state = f"{len(traffic.recorder.buffer)} {traffic.recorder.running}"
        os.write(writing, state.encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100).decode() == "0 False"
    traffic.recorder.flush()
    assert traffic.writer.counts() == {("/a/", "GET", "2xx"): 1}


def test_the_service_has_a_series_of_all_its_routes_together(traffic: Traffic) -> None:
    traffic.recorder.append(("a/", "GET", 200, 5.0))
    traffic.recorder.append(("b/", "POST", 201, 7.0))
    traffic.recorder.append(("b/", "POST", 503, 9.0))
    traffic.recorder.flush()
    whole = {each.labels["status_class"]: each.value.count for each in traffic.writer.whole}
    assert whole == {"2xx": 2, "5xx": 1}
    assert not any("route" in each.labels for each in traffic.writer.whole)
