"""The page of one check: its state, response times by phase, transitions, the last evidence."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring import store
from monitoring.history import DAY_MS, availability_by_period, spans_of
from monitoring.models import Check, Transition
from monitoring.store import Window
from monitoring.strips import strip_paths
from opsportal.dashboard.formats import NOTHING, text
from opsportal.dashboard.svg import line_path

_STEP_MS = 10 * 60_000
_TRANSITIONS = 30
WIDTH, HEIGHT = 720, 160
PHASES = ("dns", "connect", "tls", "first_byte", "transfer")


@dataclass(frozen=True, slots=True)
class Line:
    """`path` is of an SVG; `last` and `mean` are for those who cannot see it."""

    name: str
    path: str
    last: str
    mean: str


@never_cache
@require_safe
def check_page(request: HttpRequest, slug: str) -> HttpResponse:
    check = get_object_or_404(Check.objects.select_related("state", "parent"), slug=slug)
    now_ms = time.time_ns() // 1_000_000
    top, lines = response_times(slug, now_ms)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": check.name,
        "check": check,
        "since": moment(check.state.since_ms),
        "probed": moment(check.state.probed_ms),
        "flapping": moment(check.state.flapping_since_ms),
        "evidence": _pretty(check.state.evidence),
        "periods": _periods(check, now_ms),
        "strip": strip_paths(
            spans_of([check.pk], now_ms - DAY_MS).get(check.pk, []), now_ms - DAY_MS, now_ms
        ),
        "top": text(top, "ms"),
        "lines": lines,
        "transitions": _transitions(check),
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "dashboard/check.html", context)


def response_times(slug: str, now_ms: int) -> tuple[float, list[Line]]:
    """Of the last 24 hours: the highest value, and a line for the whole and for each phase."""
    wanted = (("check_response_time_ms", {"check": slug}), ("check_phase_ms", {"check": slug}))
    windows = [
        window
        for metric, labels in wanted
        for window in store.window(
            store.Selector(metric, labels), now_ms - DAY_MS, now_ms, _STEP_MS, now_ms=now_ms
        )
        if window.buckets
    ]
    top = max((bucket.mean for each in windows for bucket in each.buckets), default=0.0)
    return top, sorted((_line(each, top, now_ms) for each in windows), key=_rank)


def _line(window: Window, top: float, now_ms: int) -> Line:
    means = {bucket.time_ms: bucket.mean for bucket in window.buckets}
    first = (now_ms - DAY_MS) // _STEP_MS * _STEP_MS
    values = [means.get(time_ms) for time_ms in range(first, now_ms + 1, _STEP_MS)]
    total = sum(bucket.sum for bucket in window.buckets)
    mean = total / sum(bucket.count for bucket in window.buckets)
    name = window.series.labels.get("phase", "total")
    last = window.buckets[-1].mean
    return Line(name, line_path(values, top, WIDTH, HEIGHT), text(last, "ms"), text(mean, "ms"))


def _rank(line: Line) -> tuple[int, str]:
    return (PHASES.index(line.name) + 1 if line.name in PHASES else 0, line.name)


def _periods(check: Check, now_ms: int) -> list[tuple[str, str]]:
    found = availability_by_period(check.pk, now_ms)
    return [
        (name, NOTHING if each.percent is None else f"{each.percent:.5g} %")
        for name, each in found.items()
    ]


def _transitions(check: Check) -> list[dict[str, Any]]:
    rows = check.transitions.all()[:_TRANSITIONS]
    return [
        {
            "moment": moment(row.time_ms),
            "status": row.status,
            "before": row.before,
            "why": row.why,
            "message": row.message,
            "evidence": _pretty(row.evidence),
            "duration": _duration(row),
        }
        for row in rows
    ]


def _duration(row: Transition) -> str:
    return "lasts" if row.ended_ms is None else text((row.ended_ms - row.time_ms) / 1000, "s")


def _pretty(evidence: dict[str, Any]) -> str:
    return json.dumps(evidence, indent=2, ensure_ascii=False) if evidence else ""


def moment(time_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(time_ms / 1000, UTC) if time_ms else None
