"""Readings built by hand: what the page's pure builders are given."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from monitoring.store import LatestPoint, Window
from opsportal.dashboard.charts import RESPONSE_TIME, SERVICE_TIME
from opsportal.dashboard.known_past import PAST
from opsportal.dashboard.ranges import parse_range
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.routes import slowest
from opsportal.dashboard.window_reading import ALL_METRICS, SETTLED
from opsportal.health.state import PortalState
from tests.dashboard.readings import DEFAULT_LIMITS, HOST, NOW_MS


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    SETTLED.clear()
    PAST.clear()


def by_metric(found: Sequence[Any]) -> dict[str, list[Any]]:
    """Of a service without a series of its own, the routes are the whole."""
    by_name = {
        metric: [each for each in found if each.series.metric == metric] for metric in ALL_METRICS
    }
    return by_name | {SERVICE_TIME: by_name[SERVICE_TIME] or by_name[RESPONSE_TIME]}


@pytest.fixture
def make_reading() -> Callable[..., Reading]:
    """`make_reading(latest=…, windows=…, …)`: an empty portal, but for what is given."""

    def make(
        latest: Sequence[LatestPoint] = (),
        windows: Sequence[Window] = (),
        recent: Sequence[Window] = (),
        parameters: Mapping[str, str] | None = None,
        **changed: Any,
    ) -> Reading:
        fields: dict[str, Any] = {
            "now_ms": NOW_MS,
            "range": parse_range(parameters or {}, NOW_MS),
            "host": HOST,
            "service": "",
            "latest": by_metric(latest),
            "windows": by_metric(windows),
            "recent": list(recent),
            "routes": slowest(by_metric(windows)[RESPONSE_TIME]),
            "portal": PortalState("healthy", []),
            "canary_age_seconds": 4.0,
            "limits": DEFAULT_LIMITS,
        }
        return Reading(**{**fields, **changed})

    return make
