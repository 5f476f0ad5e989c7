"""What changed around a moment: clear changes first, restlessness and single outliers never."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.store import Point
from opsportal.dashboard.changes import CAME_OR_WENT, LEAST_SCORE, Steps, largest_changes, score
from opsportal.dashboard.ranges import iso
from tests.dashboard.readings import NOW_MS, gauge_window, traffic_window

MINUTE_MS = 60_000
MOST_QUERIES = 12
STEPS = Steps(NOW_MS - NOW_MS % MINUTE_MS, MINUTE_MS, 12, 6)
GENERATOR = random.Random(3)  # noqa: S311 (a picture, not a secret)


def noise(middle: float, count: int) -> list[float]:
    return [middle + GENERATOR.gauss(0, middle / 20) for _ in range(count)]


def over_time(values: Sequence[float]) -> dict[int, float]:
    return {STEPS.start_ms + place * MINUTE_MS: value for place, value in enumerate(values)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([1.0], [9.0], id="too little"),
        pytest.param([5.0] * 12, [5.0] * 5 + [500.0], id="a single outlier"),
        pytest.param([50.0] * 12, [50.5] * 6, id="calm, by a hundredth"),
        pytest.param([0.0] * 12, [0.0] * 6, id="always zero"),
        pytest.param(list(range(12)), list(range(12, 24)), id="a steady rise"),
        pytest.param([1, 9, 2, 8, 1, 9], [8, 1, 9, 2, 9, 1], id="restless"),
    ],
)
def test_what_is_no_change_is_not_told(before: list[float], after: list[float]) -> None:
    assert score(before, after) < LEAST_SCORE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(noise(40, 12), noise(90, 6), id="twice as much"),
        pytest.param([0.0] * 12, [3.0] * 6, id="from zero"),
    ],
)
def test_a_change_is_told(before: list[float], after: list[float]) -> None:
    assert score(before, after) >= LEAST_SCORE


def test_the_clearest_change_comes_first() -> None:
    windows = [
        gauge_window("memory_percent", over_time(noise(40, 18)), host="a"),
        gauge_window("cpu_percent", over_time(noise(30, 12) + noise(45, 6)), host="a"),
        gauge_window("cpu_percent", over_time(noise(30, 12) + noise(95, 6)), host="b"),
    ]
    found = largest_changes(windows, STEPS, 10)
    assert [change.series.labels["host"] for change in found] == ["b", "a"]
    assert found[0].after == pytest.approx(95, rel=0.1)


def test_requests_change_in_number_though_not_in_time() -> None:
    values = {
        time_ms: [10.0] * (4 if place < 12 else 40)
        for place, time_ms in enumerate(over_time([0] * 18))
    }
    [change] = largest_changes([traffic_window(values)], STEPS, 10)
    assert (change.what, change.before, change.after) == ("Requests", 4.0, 40.0)


def test_what_stopped_is_told_after_what_jumped() -> None:
    windows = [
        gauge_window("cpu_percent", over_time([30.0] * 12), host="gone"),
        gauge_window("cpu_percent", over_time([1.0] * 12 + [99.0] * 6), host="jumped"),
    ]
    found = largest_changes(windows, STEPS, 10)
    assert [change.score for change in found] == [CAME_OR_WENT, pytest.approx(49.5, rel=0.1)]


def test_what_only_comes_now_and_then_has_not_gone() -> None:
    rare = dict.fromkeys(list(over_time([0.0] * 18))[:12:3], 1.0)
    assert largest_changes([gauge_window("cpu_percent", rare, host="a")], STEPS, 10) == []


def test_what_came_is_told() -> None:
    came = dict(list(over_time([5.0] * 18).items())[12:])
    [change] = largest_changes([gauge_window("cpu_percent", came, host="a")], STEPS, 10)
    assert (change.before, change.after) == (None, 5.0)


def fill(now_ms: int) -> None:
    points = []
    for back in range(60):
        time_ms = now_ms - back * MINUTE_MS
        busy = 90.0 if back < 20 else 20.0
        points.append(Point("cpu_percent", {"host": "web-1"}, time_ms, busy + back % 3))
        points.append(Point("check_response_time_ms", {"check": "shop"}, time_ms, 10 * busy))
        points.append(Point("check_response_time_ms", {"check": "no slug!"}, time_ms, 10 * busy))
        points.append(
            Point("http_response_time_ms", {"route": "/a"}, time_ms, Histogram.of([busy]))
        )
    assert store.record(points, now_ms=now_ms).rejected == []


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["", "yesterday", "2999-01-01T00:00", "1"])
def test_a_time_that_cannot_be_shown_gives_the_latest_and_says_so(
    admin_client: Client, at: str
) -> None:
    page = admin_client.get("/changed/", {"at": at})
    assert page.status_code == 200
    assert ("latest moment" in page.content.decode()) == bool(at)


@pytest.mark.django_db
def test_the_page_names_what_changed_and_leads_to_its_chart(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    now_ms = time.time_ns() // 1_000_000
    fill(now_ms)
    given = {"at": iso(now_ms - 20 * MINUTE_MS), "span": "15m"}
    with django_assert_max_num_queries(MOST_QUERIES):
        page = admin_client.get("/changed/", given)
    rows = {row.where: row for row in page.context["rows"]}
    assert rows["host=web-1"].name == "CPU"
    assert "host=web-1" in rows["host=web-1"].url
    assert rows["check=shop"].url.startswith("/checks/shop?from=")
    assert rows["check=no slug!"].url.startswith("/?from=")
    assert rows["route=/a"].name == "Response time"
    assert "latest moment" not in page.content.decode()
