"""POST /api/v1/points: whatever is sent, never a server error, and good points are recorded."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from monitoring import store
from monitoring.histogram import Histogram
from monitoring.push import histogram_as_json

pytestmark = pytest.mark.django_db
HOST = {"host": "web-1"}


def point(**changed: Any) -> dict[str, Any]:
    return {"metric": "cpu_percent", "labels": HOST, "time": time.time(), "value": 1.5, **changed}


def post(client: Client, body: Any) -> Any:
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post("/api/v1/points", data, content_type="application/json")


@pytest.mark.parametrize(
    "body",
    [
        '{"points": [{"metric": "cpu',
        "",
        "[]",
        "null",
        '{"points": 5}',
        "[" * 200_000,
        b"\xff\xfe{",
        '{"points": [' + "9" * 5000 + "]}",
    ],
    ids=["truncated", "empty", "list", "null", "no list", "deep", "no utf-8", "endless number"],
)
def test_a_body_that_is_no_list_of_points_is_refused(writer: Client, body: Any) -> None:
    response = post(writer, body)
    assert response.status_code == 400
    assert response.json()["detail"]


BAD_POINTS: list[Any] = [
    5,
    None,
    point(metric="no_such_metric"),
    point(metric=7),
    point(metric="a\0b"),
    point(labels={"host": "x" * 10_000}),
    point(labels={"host": "a\0b"}),
    point(labels={"host": "\ud800"}),
    point(labels={"host": 5}),
    point(labels=[]),
    point(value=float("nan")),
    point(value=float("inf")),
    point(value=10**400),
    point(value="1"),
    point(value=None),
    point(value=True),
    point(time=float("nan")),
    point(time=float("-inf")),
    point(time=10**400),
    point(time=-1),
    point(time="yesterday"),
    point(time="2026-11-23T10:00:00"),
    point(time="0001-01-01T00:00:00+14:00"),
    point(time=None),
    point(time=time.time() + 86_400),
    point(histogram={}, value=None),
    point(metric="http_response_time_ms"),
    {},
]


@pytest.mark.parametrize("index", range(len(BAD_POINTS)))
def test_a_bad_point_is_rejected_and_the_good_one_recorded(writer: Client, index: int) -> None:
    response = post(writer, {"points": [BAD_POINTS[index], point()]})
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["accepted"] == 1
    assert [each["index"] for each in body["rejected"]] == [0]
    assert body["rejected"][0]["reason"]


def test_none_accepted_is_an_error(writer: Client) -> None:
    response = post(writer, {"points": [point(metric="cpu_percnt")]})
    assert response.status_code == 400
    assert "cpu_percent" in response.json()["detail"]
    assert response.json()["rejected"][0]["index"] == 0


def test_an_empty_list_is_fine(writer: Client) -> None:
    assert post(writer, {"points": []}).json() == {"accepted": 0, "rejected": []}


def test_too_many_points_are_refused(writer: Client) -> None:
    assert post(writer, {"points": [0] * 10_001}).status_code == 413


def test_a_large_body_is_refused_before_it_is_read(writer: Client) -> None:
    response = post(writer, b" " * (6 * 1024 * 1024))
    assert response.status_code == 413
    assert response.json()["detail"]


def test_another_content_type_is_refused(writer: Client) -> None:
    response = writer.post("/api/v1/points", {"points": "x"})
    assert response.status_code == 415


def test_points_of_both_kinds_come_to_the_store(writer: Client) -> None:
    labels = {"service": "shop", "route": "/", "method": "GET", "status_class": "2xx", **HOST}
    histogram = histogram_as_json(Histogram.of([0, 1, 2, 40]))
    timed = {"metric": "http_response_time_ms", "labels": labels, "histogram": histogram}
    sent = [point(time="2026-11-23T00:00:00Z"), {**timed, "time": time.time()}]
    sent[0]["time"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    assert post(writer, {"points": sent}).json() == {"accepted": 2, "rejected": []}
    [cpu] = store.latest(store.Selector("cpu_percent", HOST))
    [times] = store.latest(store.Selector("http_response_time_ms", {"service": "shop"}))
    assert (cpu.value, times.value) == (1.5, 10.75)
