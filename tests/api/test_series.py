"""/api/v1/series and the windows of a series."""

import time
from typing import Any

import pytest
from django.test import Client

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.store import Point

pytestmark = pytest.mark.django_db
NOW_MS = time.time_ns() // 1_000_000
TRAFFIC = {"service": "shop", "route": "/", "method": "GET", "status_class": "2xx", "host": "a"}


@pytest.fixture(autouse=True)
def _points(db: None) -> None:
    minutes = [Point("cpu_percent", {"host": "a"}, NOW_MS - 60_000 * n, n) for n in range(5)]
    times = Histogram.of([10, 20, 30])
    store.record([*minutes, Point("cpu_percent", {"host": "b"}, NOW_MS, 50)])
    store.record([Point("http_response_time_ms", TRAFFIC, NOW_MS, times)])


def series_id(metric: str = "cpu_percent", host: str = "a") -> int:
    return store.latest(store.Selector(metric, {"host": host}))[0].series.id


def window(client: Client, **query: Any) -> Any:
    return client.get(f"/api/v1/series/{series_id()}/window", query)


@pytest.mark.parametrize(
    "query",
    ["label=host", "label=a__b:x", "label=:x", "label=host:%00", "metric=%00", "label=a%22b:x"],
)
def test_a_filter_that_makes_no_sense_is_refused(reader: Client, query: str) -> None:
    response = reader.get(f"/api/v1/series?{query}")
    assert response.status_code == 400
    assert response.json()["detail"]


@pytest.mark.parametrize("name", ["contains", "isnull", "gt", "regex", "in", "has_keys"])
def test_a_label_named_as_a_lookup_is_a_label(reader: Client, name: str) -> None:
    response = reader.get("/api/v1/series", {"label": f"{name}:x"})
    assert (response.status_code, response.json()["count"]) == (200, 0)


def test_series_are_filtered_by_metric_and_labels(reader: Client) -> None:
    body = reader.get("/api/v1/series?metric=cpu_percent&label=host:b").json()
    assert set(body) == {"count", "next", "previous", "results"}
    [only] = body["results"]
    assert (only["metric"], only["labels"], only["last_value"]) == (
        "cpu_percent",
        {"host": "b"},
        50,
    )


@pytest.mark.parametrize("page", ["limit=1", "limit=-5", f"offset={2**70}", f"limit={2**70}"])
def test_pages_of_any_size_are_answered(reader: Client, page: str) -> None:
    assert reader.get(f"/api/v1/series?{page}").json()["count"] == 3


@pytest.mark.parametrize(
    "query",
    [
        {"start": "yesterday"},
        {"start": "nan"},
        {"end": "1e400"},
        {"start": "2026-01-01T00:00:00"},
        {"start": "100", "end": "100"},
        {"step": "0"},
        {"step": "-1"},
        {"step": "nan"},
        {"step": "9" * 30},
    ],
    ids=str,
)
def test_a_window_that_makes_no_sense_is_refused(reader: Client, query: dict[str, str]) -> None:
    response = window(reader, **query)
    assert response.status_code == 400, response.json()
    assert response.json()["detail"]


def test_too_many_steps_are_refused_with_the_step_to_ask_for(reader: Client) -> None:
    response = window(reader, start=0, end=1_000_000, step=1)
    assert response.status_code == 400
    assert "100 seconds" in response.json()["detail"]


@pytest.mark.parametrize("number", [0, 2**63, 10**30, "x"])
def test_an_unknown_series_is_not_found(reader: Client, number: object) -> None:
    response = reader.get(f"/api/v1/series/{number}/window")
    assert response.status_code == 404
    assert response.json()["detail"]


def test_a_window_by_default_has_its_points(reader: Client) -> None:
    body = window(reader).json()
    assert sum(point["count"] for point in body["points"]) == 5
    assert max(point["max"] for point in body["points"]) == 4


def test_times_are_taken_as_seconds_and_as_iso(reader: Client) -> None:
    start, end = NOW_MS // 1000 - 600, NOW_MS // 1000 + 60
    iso = [time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(each)) for each in (start, end)]
    in_seconds = window(reader, start=start, end=end, step=60).json()
    assert in_seconds == window(reader, start=iso[0], end=iso[1], step=60).json()
    assert len(in_seconds["points"]) == 5


def test_histograms_have_percentiles(reader: Client) -> None:
    address = f"/api/v1/series/{series_id('http_response_time_ms')}/window"
    [point] = reader.get(address).json()["points"]
    assert (point["count"], point["mean"]) == (3, 20)
    assert point["p50"] == pytest.approx(20, rel=0.05)
    assert point["p99"] == pytest.approx(30, rel=0.05)
