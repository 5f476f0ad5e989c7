"""“What changed?”: the series that changed most around a moment, each with the way to its chart."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring import store
from monitoring.catalogue import METRICS
from monitoring.store import LatestPoint, SeriesRef, Window, WindowRequest, windows_of_each
from opsportal.dashboard.alerts import read_alerts
from opsportal.dashboard.before import change_text
from opsportal.dashboard.changes import Change, Steps, largest_changes
from opsportal.dashboard.formats import NOTHING, text
from opsportal.dashboard.marks import newest, newest_first, read_annotations
from opsportal.dashboard.ranges import HOUR_MS, MINUTE_MS, iso, parse_time_ms
from opsportal.dashboard.svg import sparkline

MOST_ROWS = 30
# More than a page can compare in about a second; those that were recorded last come first.
MOST_SERIES = 3000
# How long before and after, and in which steps: a rollup's, where it is long.
SPANS = {
    "15m": ("15 min", 15 * MINUTE_MS, MINUTE_MS),
    "1h": ("1 h", HOUR_MS, 5 * MINUTE_MS),
    "6h": ("6 h", 6 * HOUR_MS, 15 * MINUTE_MS),
    "24h": ("24 h", 24 * HOUR_MS, HOUR_MS),
}
DEFAULT_SPAN = "1h"
# Who pushes points may call anything a check.
_SLUG = re.compile(r"[-\w]+", re.ASCII)
# With less than this after it, nothing can be said yet.
LEAST_AFTER = 3


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    where: str
    before: str
    after: str
    change: str
    sparkline: str
    url: str


@never_cache
@require_safe
def changed(request: HttpRequest) -> HttpResponse:
    now_ms = time.time_ns() // 1_000_000
    span = request.GET.get("span", "")
    span = span if span in SPANS else DEFAULT_SPAN
    at_ms, problem = _moment(request.GET, span, now_ms)
    steps = _steps(at_ms, span, now_ms)
    windows, compared, known = _read(steps, now_ms)
    end_ms = steps.start_ms + (steps.before + steps.after) * steps.step_ms
    _firing, of_alerts = read_alerts(steps.start_ms, end_ms)
    marks = newest(of_alerts, [], read_annotations(steps.start_ms, end_ms))
    context = {
        **admin.site.each_context(request),
        "title": "What changed?",
        "at": datetime.fromtimestamp(at_ms / 1000, UTC),
        "span": span,
        "spans": [(key, label) for key, (label, _, _) in SPANS.items()],
        "problem": problem,
        "rows": [_row(each, steps, end_ms) for each in largest_changes(windows, steps, MOST_ROWS)],
        "events": newest_first(marks),
        "compared": compared,
        "known": known,
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "dashboard/changed.html", context)


def _moment(given: Mapping[str, str], span: str, now_ms: int) -> tuple[int, str]:
    """Without one, the last of which something can be said. The message says what was wrong."""
    _, _, step_ms = SPANS[span]
    latest_ms = now_ms - LEAST_AFTER * step_ms
    text = given.get("at", "")
    if not text:
        return latest_ms, ""
    try:
        at_ms = parse_time_ms(text.replace(" ", "+"))
    except ValueError:
        return latest_ms, "That is not a time; this is the latest moment."
    if at_ms > latest_ms:
        return latest_ms, "Too little has passed since then; this is the latest moment."
    return at_ms, ""


def _steps(at_ms: int, span: str, now_ms: int) -> Steps:
    _, length_ms, step_ms = SPANS[span]
    middle_ms = at_ms - at_ms % step_ms
    before = length_ms // step_ms
    after = min(before, max(LEAST_AFTER, (now_ms - middle_ms) // step_ms))
    return Steps(middle_ms - length_ms, step_ms, before, after)


def _read(steps: Steps, now_ms: int) -> tuple[list[Window], int, int]:
    """The windows, how many series they are of, and of how many. Three queries."""
    points = [p for p in store.latest_of(list(METRICS)) if p.time_ms >= steps.start_ms]
    points.sort(key=_last_ms, reverse=True)
    series = [point.series for point in points[:MOST_SERIES]]
    end_ms = steps.start_ms + (steps.before + steps.after) * steps.step_ms
    request = WindowRequest(series, steps.start_ms, end_ms, steps.step_ms)
    read = partial(windows_of_each, reached=store.reach_once(now_ms))
    return read([request])[0], len(series), len(points)


def _last_ms(point: LatestPoint) -> int:
    return point.time_ms


def _row(change: Change, steps: Steps, end_ms: int) -> Row:
    known = (change.before, change.after)
    return Row(
        name=change.what,
        where=", ".join(f"{name}={value}" for name, value in sorted(change.series.labels.items())),
        before=_shown(change.before, change.unit),
        after=_shown(change.after, change.unit),
        change=change_text(change.after, change.before)
        or ("came" if change.before is None else "went" if None in known else "from zero"),
        sparkline=sparkline(change.values),
        url=_address(change.series, steps.start_ms, end_ms),
    )


def _shown(value: float | None, unit: str) -> str:
    return NOTHING if value is None else text(value, unit)


def _address(series: SeriesRef, start_ms: int, end_ms: int) -> str:
    """Of the page that has its chart, around that moment."""
    given: dict[str, Any] = {"from": iso(start_ms), "to": iso(end_ms)}
    labels = series.labels
    if _SLUG.fullmatch(labels.get("check", "")):
        return f"{reverse('dashboard:check', args=[labels['check']])}?{urlencode(given)}"
    given |= {name: labels[name] for name in ("host", "service") if name in labels}
    return f"{reverse('dashboard:page')}?{urlencode(given)}"
