"""The writer for other projects: patient with a portal that is away, plain about a refusal."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from monitoring.histogram import Histogram
from monitoring.ingest import parse_point
from monitoring.push import PushWriter
from monitoring.traffic import TrafficPoint, WriteError
from tests.running_portal import free_port
from tests.traffic.portal_stand_in import StandIn


@pytest.fixture
def portal() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.close()


def _writer(url: str) -> PushWriter:
    with override_settings(TRAFFIC={"URL": url, "TOKEN": "ops_secret"}):
        return PushWriter()


def _points(count: int) -> list[TrafficPoint]:
    histogram = Histogram.of([0.0, 1.0, 20.0])
    return [
        TrafficPoint("http_response_time_ms", {"route": f"/{number}"}, 1_795_000_000_123, histogram)
        for number in range(count)
    ]


@pytest.mark.parametrize("missing", ["URL", "TOKEN"])
def test_a_missing_setting_is_said_at_the_start(missing: str) -> None:
    given = {"URL": "http://127.0.0.1", "TOKEN": "ops_secret"}
    del given[missing]
    with override_settings(TRAFFIC=given), pytest.raises(ImproperlyConfigured, match=missing):
        PushWriter()


def test_a_portal_that_is_away_is_worth_a_retry() -> None:
    with pytest.raises(WriteError, match="ConnectionError"):
        _writer(f"http://127.0.0.1:{free_port()}").write(_points(1))


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_a_portal_in_trouble_is_worth_a_retry(portal: StandIn, status: int) -> None:
    portal.status = status
    with pytest.raises(WriteError, match=str(status)):
        _writer(portal.url).write(_points(1))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 301])
def test_a_refusal_is_said_and_not_repeated(
    portal: StandIn, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    portal.status = status
    portal.answer = {"detail": "no such token"}
    with caplog.at_level(logging.ERROR):
        _writer(portal.url).write(_points(2))
    assert f"2 points dropped: the portal answered {status}" in caplog.text
    assert "no such token" in caplog.text
    assert "ops_secret" not in caplog.text
    assert portal.attempts == 1


def test_points_that_the_portal_rejects_are_said(
    portal: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    portal.answer = {"accepted": 1, "rejected": [{"index": 1, "reason": "label too long"}]}
    _writer(portal.url).write(_points(2))
    assert "1 of 2 points refused" in caplog.text
    assert "label too long" in caplog.text


@pytest.mark.parametrize("answer", [{}, [], "<html>Sign in</html>"])
def test_another_sites_friendly_answer_is_not_taken_for_the_portals(
    portal: StandIn, answer: object
) -> None:
    portal.answer = answer
    with pytest.raises(WriteError, match="did not answer as a portal does"):
        _writer(portal.url).write(_points(1))


def test_many_points_go_in_batches(portal: StandIn) -> None:
    _writer(f"{portal.url}/").write(_points(2500))
    assert [len(body["points"]) for body in portal.bodies] == [1000, 1000, 500]
    assert portal.authorizations == {"Bearer ops_secret"}


def test_what_is_sent_is_what_the_portal_reads(portal: StandIn) -> None:
    (sent,) = _points(1)
    _writer(portal.url).write([sent])
    read = parse_point(portal.bodies[0]["points"][0])
    assert (read.metric, read.labels, read.time_ms) == (sent.metric, sent.labels, sent.time_ms)
    assert read.value == sent.value
