"""The public status page beside a bare Django view, on one granian process with the portal's whole
middleware, asked in turn; the median round counts. 20 components with a year of transitions."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.health import Round, measure, served
from benchmarks.table import Row

PATHS = {
    "page": "/status/",
    "JSON": "/status/data.json",
    "badge": "/status/badge.svg",
    "bare Django": "/status/bare",
}
COMPONENTS, TRANSITIONS = 20, 500
HOUR_MS = 3_600_000


def application() -> Callable[..., Any]:
    """The portal with a bare view; granian calls it in its worker."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    django.setup()
    from django.http import HttpRequest, JsonResponse
    from django.urls import path

    from opsportal.urls import urlpatterns

    def bare(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"status": "alive"})

    _publish()
    # A tuple of patterns is a URLconf too.
    settings.ROOT_URLCONF = (path("status/bare", bare), *urlpatterns)
    return WSGIHandler()


def _publish() -> None:
    """Each component has a check that was down for an hour now and then."""
    import time

    from monitoring.models import Check, CheckState, Transition
    from opsportal.statuspage.models import Component, Page

    if Page.objects.exists():
        return
    Page.objects.create(published=True, title="Benchmark")
    now_ms = time.time_ns() // 1_000_000
    for number in range(COMPONENTS):
        check = Check.objects.create(name=f"Service {number}", slug=f"s{number}", kind="tcp")
        CheckState.objects.create(owner=check, status="up", since_ms=now_ms)
        component = Component.objects.create(name=check.name, slug=check.slug)
        component.checks.add(check)
        moments = [now_ms - each * 17 * HOUR_MS for each in range(TRANSITIONS, 0, -1)]
        ends = [*moments[1:], None]
        Transition.objects.bulk_create(
            Transition(
                owner=check,
                time_ms=start,
                ended_ms=end,
                status="down" if place % 20 == 3 else "up",
                before="up",
                why="changed",
            )
            for place, (start, end) in enumerate(zip(moments, ends, strict=True))
        )


def run(quick: bool) -> list[Row]:
    rounds: dict[str, list[Round]] = {name: [] for name in PATHS}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as directory,
        served(Path(directory), "benchmarks.statuspage:application", PATHS.values()) as port,
    ):
        for _ in range(1 if quick else 5):
            for name, path in PATHS.items():
                rounds[name].append(measure(port, path, 1 if quick else 3))
    rate = {name: statistics.median(each.rate for each in got) for name, got in rounds.items()}
    peer = "bare Django"
    return [
        Row(
            "statuspage", name, rate[name], "/s", peer, rate[peer], "< 1 ms each", rate[name] > 1000
        )
        for name in PATHS
        if name != peer
    ]
