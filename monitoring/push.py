"""Sends the traffic of another Django project to a portal over HTTP.

Called by the recorder's background thread only: a portal that is slow or away costs no request
anything, and what could not be sent is kept and tried again with the same times.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import requests
from django.core.exceptions import ImproperlyConfigured

from monitoring.histogram import SCALE, Histogram
from monitoring.traffic import TrafficPoint, WriteError, configuration

logger = logging.getLogger(__name__)

BATCH_POINTS = 1000
# To connect, and between two bytes of the answer.
TIMEOUT_SECONDS = (3.05, 10)
WORTH_A_RETRY = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class PushWriter:
    """TRAFFIC["URL"] is the portal's address, TRAFFIC["TOKEN"] a token of scope write."""

    def __init__(self) -> None:
        chosen = configuration()
        for key in ("URL", "TOKEN"):
            if not chosen.get(key):
                raise ImproperlyConfigured(f'TRAFFIC["{key}"] is missing; see docs/traffic.md')
        self._url = f"{str(chosen['URL']).rstrip('/')}/api/v1/points"
        self._session = requests.Session()
        # Proxies and .netrc of the environment are not asked: the token goes to the portal only.
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {str(chosen['TOKEN']).strip()}"

    def write(self, points: Sequence[TrafficPoint]) -> None:
        for start in range(0, len(points), BATCH_POINTS):
            self._send([as_json(point) for point in points[start : start + BATCH_POINTS]])

    def _send(self, points: list[dict[str, Any]]) -> None:
        try:
            response = self._session.post(
                self._url,
                json={"points": points},
                timeout=TIMEOUT_SECONDS,
                # A redirect would carry the token elsewhere, or turn the POST into a GET.
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise WriteError(f"{self._url}: {type(error).__name__}") from error
        status = response.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in WORTH_A_RETRY:
            raise WriteError(f"{self._url} answered {status}")
        if status != HTTPStatus.OK:
            logger.error(
                "%d points dropped: the portal answered %d %r",
                *(len(points), status, response.text[:200]),
            )
            return
        self._report_rejected(response, len(points))

    def _report_rejected(self, response: requests.Response, sent: int) -> None:
        try:
            rejected = response.json()["rejected"]
        except (requests.JSONDecodeError, KeyError, TypeError) as error:
            # A proxy's or another site's page: the portal has not seen the points.
            raise WriteError(f"{self._url} did not answer as a portal does") from error
        if rejected:
            logger.error("%d of %d points refused, the first: %r", len(rejected), sent, rejected[0])


def as_json(point: TrafficPoint) -> dict[str, Any]:
    """As POST /api/v1/points takes it; time in Unix seconds."""
    return {
        "metric": point.metric,
        "labels": dict(point.labels),
        "time": point.time_ms / 1000,
        "histogram": histogram_as_json(point.value),
    }


def histogram_as_json(histogram: Histogram) -> dict[str, Any]:
    return {
        "scale": SCALE,
        "count": histogram.count,
        "sum": histogram.sum,
        "min": histogram.min,
        "max": histogram.max,
        "zero_count": histogram.zero_count,
        "buckets": {str(index): count for index, count in histogram.buckets.items()},
    }
