"""Alerts in the admin: a history to search. What is open now stands on the portal's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html_join

from alerts.admin_cells import chip, lasting, moment, now_ms, severity_chip
from alerts.models import OPEN, Alert, AlertState
from monitoring.history_admin import History, rarely
from monitoring.when_filter import when

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    AlertBase = admin.ModelAdmin[Alert]
else:
    AlertBase = admin.ModelAdmin

# Of the index of open alerts.
_RARE = {str(state): Q(state__in=OPEN) for state in OPEN}
_COLOURS = {"pending": "degraded", "firing": "down", "resolved": "unknown"}


@admin.register(Alert)
class AlertAdmin(History, AlertBase):
    list_display = [
        "name",
        "shown_state",
        "shown_severity",
        "message",
        "started",
        "duration",
        "acknowledged_by",
    ]
    list_filter = [("state", rarely(_RARE)), "severity", when("started_ms"), "threshold"]
    search_fields = ["name", "message", "metric", "labels"]
    searched_by = {"threshold": ["name", "metric"]}
    fields = (
        "name",
        "shown_state",
        "shown_severity",
        "message",
        "metric",
        "shown_labels",
        "shown_value",
        "shown_limit",
        "started",
        "duration",
        "resolved_why",
        "acknowledged_by",
        "muted_by",
        "history",
    )
    readonly_fields = fields

    def get_actions(self, request: HttpRequest) -> dict[str, object]:  # type: ignore[override]
        return {}

    @admin.display(description="state", ordering="state")
    def shown_state(self, alert: Alert) -> str:
        return chip(alert.state, _COLOURS[alert.state], alert.muted_by)

    @admin.display(description="severity", ordering="severity")
    def shown_severity(self, alert: Alert) -> str:
        """Grey when it is over: colour means that it is so now."""
        is_over = alert.state == AlertState.RESOLVED
        return chip(alert.severity, "unknown") if is_over else severity_chip(alert.severity)

    @admin.display(description="labels")
    def shown_labels(self, alert: Alert) -> str:
        return ", ".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))

    @admin.display(description="value", ordering="value")
    def shown_value(self, alert: Alert) -> str:
        return "" if alert.value is None else alert.shown(alert.value)

    @admin.display(description="limit")
    def shown_limit(self, alert: Alert) -> str:
        return alert.shown_limit

    @admin.display(description="started", ordering="started_ms")
    def started(self, alert: Alert) -> str:
        return moment(alert.started_ms)

    @admin.display(description="duration")
    def duration(self, alert: Alert) -> str:
        return lasting((alert.resolved_ms or now_ms()) - alert.started_ms)

    @admin.display(description="history")
    def history(self, alert: Alert) -> str:
        events = alert.events.select_related("channel")
        told = ((moment(each.time_ms), each, each.channel or "", each.by) for each in events)
        return format_html_join("", "<div>{} {} {} {}</div>", told)
