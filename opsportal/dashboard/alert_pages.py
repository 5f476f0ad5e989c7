"""The pages of alerts: those that fire and those that were, and one with its whole history."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from alerts import acting, statistics
from alerts.conditions.limit import with_unit
from alerts.models import OPEN, Alert, AlertState, Delivery, Severity
from alerts.summary import firing
from alerts.telling import Rules, subject_of
from monitoring import canary, store
from monitoring.catalogue import METRICS
from monitoring.store import SeriesRef
from opsportal.dashboard.alert_chart import drawn
from opsportal.dashboard.formats import NOTHING, text

PAGE_SIZE, MOST_SHOWN = 50, 200
MONTH_MS = 30 * 86_400_000
_AROUND_MS = 30 * 60_000
_STEPS = 120
CHIPS = {"critical": "down", "warning": "degraded", "info": "unknown"}
ACTIONS = ("acknowledge", "unacknowledge", "resolve", "silence", "note")


@never_cache
@require_safe
def alerts_page(request: HttpRequest) -> HttpResponse:
    now_ms = time.time_ns() // 1_000_000
    state, severity = request.GET.get("state", ""), request.GET.get("severity", "")
    past = Alert.objects.filter(fired_ms__isnull=False, state=AlertState.RESOLVED)
    if severity in Severity.values:
        past = past.filter(severity=severity)
    numbered = Paginator(past.order_by("-started_ms", "-pk"), PAGE_SIZE)
    page = numbered.get_page(request.GET.get("page"))
    rows = firing()
    if severity in Severity.values:
        rows = rows.filter(severity=severity)
    if state in ("acknowledged", "unacknowledged"):
        rows = rows.filter(acknowledged_ms__isnull=state == "unacknowledged")
    context = {
        **admin.site.each_context(request),
        "title": "Alerts",
        "is_nav_sidebar_enabled": False,
        "firing": _muted_too(rows[:MOST_SHOWN], now_ms),
        "firing_more": max(0, rows.count() - MOST_SHOWN),
        "firing_in_all": firing().count(),
        "is_judged": _is_judged(),
        "past": [_row(each, now_ms) for each in page],
        "page": page,
        "severity": severity,
        "severities": Severity.values,
        "figures": _figures(statistics.since(now_ms - MONTH_MS)),
    }
    return render(request, "dashboard/alerts.html", context)


@never_cache
@require_safe
def alert_page(request: HttpRequest, pk: int) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.select_related("threshold"), pk=pk)
    now_ms = time.time_ns() // 1_000_000
    deliveries = Delivery.objects.filter(items__alert=alert).select_related("channel")
    context = {
        **admin.site.each_context(request),
        "title": alert.message or alert.name,
        "is_nav_sidebar_enabled": False,
        "alert": alert,
        "row": _row(alert, now_ms),
        "is_open": alert.state in OPEN,
        "muted": Rules(now_ms).muted(subject_of(alert)) if alert.state in OPEN else "",
        "events": [_event(each) for each in alert.events.select_related("channel")],
        "deliveries": [(each, _moment(each.sent_ms)) for each in deliveries.order_by("pk")],
        "value_now": _value_now(alert),
        "chart": _chart(alert, now_ms),
        "labels": sorted(alert.labels.items()),
    }
    return render(request, "dashboard/alert.html", context)


@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    if not request.user.has_perm("alerts.change_alert"):
        raise PermissionDenied
    alert = get_object_or_404(Alert, pk=pk)
    messages.info(request, _acted(alert, action, str(request.user), request.POST.get("text", "")))
    return redirect("dashboard:alert", pk)


def _acted(alert: Alert, action: str, by: str, note: str) -> str:
    if action == "silence":
        acting.silence_alert(alert, acting.HOUR_SECONDS, by)
        return "Silenced for an hour: it is still recorded, and nobody is told."
    if action == "note":
        return "Noted." if acting.add_note(alert, by, note) else "An empty note says nothing."
    do, done = {
        "acknowledge": (acting.acknowledge, "Acknowledged: nothing is repeated or escalated."),
        "unacknowledge": (acting.unacknowledge, "It counts as unseen again."),
        "resolve": (acting.resolve, "Resolved. If it is still so, a new alert begins."),
    }[action]
    return done if do(alert, by) else "That was done already, or the alert is over."


def _is_judged() -> bool:
    """Without background work nothing is evaluated: that nothing fires says nothing then."""
    age_seconds = canary.canary_age_seconds(datetime.now(UTC))
    return age_seconds is not None and age_seconds <= canary.LATE_AFTER_SECONDS


def _row(alert: Alert, now_ms: int) -> dict[str, Any]:
    end_ms = alert.resolved_ms or now_ms
    value = NOTHING if alert.value is None else alert.shown(alert.value)
    return {
        "pk": alert.pk,
        "alert": alert,
        "chip": "unknown" if alert.state == AlertState.RESOLVED else CHIPS[alert.severity],
        "since": _moment(alert.fired_ms or alert.started_ms),
        "lasted": text(max(0, (end_ms - (alert.fired_ms or alert.started_ms)) // 1000), "s"),
        "value": value,
        "limit": alert.shown_limit,
    }


def _muted_too(alerts: Iterable[Alert], now_ms: int) -> list[dict[str, Any]]:
    """As it is at this moment: one that was told before is silenced without a row of it."""
    known = Rules(now_ms)
    return [_row(each, now_ms) | {"muted": known.muted(subject_of(each))} for each in alerts]


def _event(event: Any) -> dict[str, Any]:
    return {"event": event, "moment": _moment(event.time_ms)}


def _value_now(alert: Alert) -> str:
    points = store.latest_by_id([alert.series_id]) if alert.series_id is not None else []
    return with_unit(alert.metric, points[0].value) if points else NOTHING


def _chart(alert: Alert, now_ms: int) -> dict[str, Any] | None:
    """The series from half an hour before it began."""
    if alert.series_id is None:
        return None
    start_ms = alert.started_ms - _AROUND_MS
    end_ms = min(now_ms, (alert.resolved_ms or now_ms) + _AROUND_MS)
    step_ms = max(10_000, (end_ms - start_ms) // _STEPS)
    series = SeriesRef(alert.series_id, alert.metric, {})
    (window,) = store.windows_of([series], start_ms, end_ms, step_ms)
    if len(window.buckets) < 2:
        return None
    values = [each.mean for each in window.buckets]
    return {
        "drawing": drawn(
            window.buckets, _limit(alert), alert.fired_ms or alert.started_ms, alert.resolved_ms
        ),
        "limit": "" if _limit(alert) is None else alert.shown_limit,
        "start": _moment(window.buckets[0].time_ms),
        "end": _moment(window.buckets[-1].time_ms),
        "lowest": with_unit(alert.metric, min(values)),
        "highest": with_unit(alert.metric, max(values)),
        "rows": [(_moment(each.time_ms), alert.shown(each.mean)) for each in window.buckets],
    }


def _limit(alert: Alert) -> float | None:
    """Where it is a value of the metric: that of a burn rate is none."""
    metric = METRICS.get(alert.metric)
    return alert.limit if metric and metric.unit == alert.shown_unit else None


def _figures(found: statistics.Statistics) -> list[tuple[str, str]]:
    return [
        ("fired in 30 days", str(found.fired)),
        ("mean time to acknowledge (MTTA)", _seconds(found.acknowledge_seconds)),
        ("mean time to resolve (MTTR)", _seconds(found.resolve_seconds)),
        ("over within 5 min, unseen", _percent(found.brief_percent)),
    ]


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else text(value, "s")


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f} %"


def _moment(time_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(time_ms / 1000, UTC) if time_ms else None
