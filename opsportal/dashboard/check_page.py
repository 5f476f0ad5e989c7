"""The page of one check: its state, response times by phase, transitions, the last evidence."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from monitoring.availability import percent_text
from monitoring.check_actions import NOT_RUN
from monitoring.editing import run_now, set_enabled
from monitoring.evidence import readable
from monitoring.heartbeats.durations import duration_text
from monitoring.history import DAY_MS, availability_by_period, spans_of
from monitoring.models import Check, CheckStatus, Ping, Transition
from monitoring.strips import strip_paths
from opsportal.dashboard.check_plots import check_plots, read_windows
from opsportal.dashboard.drawings import draw
from opsportal.dashboard.formats import NOTHING, text
from opsportal.dashboard.ranges import PRESETS, moves, parse_range

DEFAULT_RANGE = "24h"
TRANSITIONS = 30
PINGS = 20
ACTIONS: dict[str, tuple[Callable[[Check], bool], str]] = {
    "run": (run_now, "It is probed within seconds."),
    "pause": (partial(set_enabled, enabled=False), "It is paused."),
    "resume": (partial(set_enabled, enabled=True), "It is probed again."),
}


@never_cache
@gzip_page
@require_safe
def check_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Complete as it comes from the server; a script asks for it again to keep it fresh."""
    check = get_object_or_404(_checks(), slug=slug)
    context = {
        **admin.site.each_context(request),
        **_state(check, _now_ms()),
        **_charts(request, check, _now_ms()),
        **_history(check, _now_ms()),
        "title": check.name,
        "check": check,
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "dashboard/check.html", context)


@require_POST
def act(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    check = get_object_or_404(_checks(), slug=slug)
    if not request.user.has_perm("monitoring.change_check"):
        raise PermissionDenied
    do, done = ACTIONS[action]
    if do(check):
        messages.success(request, done)
    else:
        messages.warning(request, f"It was not run: {NOT_RUN}.")
    return redirect("dashboard:check", slug)


def _checks() -> QuerySet[Check]:
    return Check.objects.select_related("state", "parent")


def _state(check: Check, now_ms: int) -> dict[str, Any]:
    state = check.state
    age_ms = 0 if state.probed_ms is None else max(1000, now_ms - state.probed_ms)
    return {
        "since": _moment(state.since_ms),
        "probed": _moment(state.probed_ms),
        "probed_age": text(age_ms // 1000, "s"),
        "flapping": _moment(state.flapping_since_ms),
        "evidence": readable(state.evidence),
        "no_evidence": _no_evidence(check),
        "no_message": _no_message(check),
        "every": text(check.interval_seconds, "s"),
    }


def _no_message(check: Check) -> str:
    if not check.enabled:
        return "Paused."
    if check.kind == "heartbeat":
        return "Waits for a ping of its job."
    return "Not probed yet: a new check is probed within seconds."


def _no_evidence(check: Check) -> str:
    if check.state.status in (CheckStatus.UP, CheckStatus.NEW, CheckStatus.PAUSED):
        return "None is kept while all is well."
    return "Nothing came." if check.kind == "heartbeat" else "The last probe got no answer to keep."


def _charts(request: HttpRequest, check: Check, now_ms: int) -> dict[str, Any]:
    shown = parse_range({"range": DEFAULT_RANGE, **request.GET.dict()}, now_ms)
    plots = list(check_plots(check, shown, read_windows(check, shown), now_ms))
    return {
        "shown": {"range": shown},
        "presets": [(key, label) for key, (label, _) in PRESETS.items()],
        "moves": moves(shown),
        "drawings": [draw(plot) for plot in plots],
        "data": {
            "now_ms": now_ms,
            "range": asdict(shown),
            "plots": [asdict(plot) for plot in plots],
        },
    }


def _history(check: Check, now_ms: int) -> dict[str, Any]:
    day = spans_of([check.pk], now_ms - DAY_MS).get(check.pk, [])
    periods = availability_by_period(check, now_ms)
    return {
        "strip": strip_paths(day, now_ms - DAY_MS, now_ms),
        "periods": [
            (name, NOTHING if each.percent is None else percent_text(each.percent, 3))
            for name, each in periods.items()
        ],
        "pings": [_ping(row) for row in _pings(check)],
        "transitions": [_change(row) for row in check.transitions.all()[:TRANSITIONS]],
    }


def _change(row: Transition) -> dict[str, Any]:
    lasted = None if row.ended_ms is None else (row.ended_ms - row.time_ms) / 1000
    return {
        "moment": _moment(row.time_ms),
        "status": row.status,
        "why": row.why,
        "message": row.message,
        "evidence": readable(row.evidence),
        "duration": "lasts" if lasted is None else text(lasted, "s"),
    }


def _pings(check: Check) -> QuerySet[Ping]:
    return check.pings.all()[:PINGS] if check.kind == "heartbeat" else Ping.objects.none()


def _ping(row: Ping) -> dict[str, Any]:
    return {
        "moment": _moment(row.time_ms),
        "kind": row.kind,
        "exit_status": row.exit_status,
        "rid": row.rid,
        "duration": "" if row.duration_ms is None else duration_text(row.duration_ms),
        "method": row.method,
        "sender": " ".join(part for part in (row.remote_address, row.user_agent) if part),
        "body": row.body_text,
    }


def _moment(time_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(time_ms / 1000, UTC) if time_ms else None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
