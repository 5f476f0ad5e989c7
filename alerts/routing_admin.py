"""Who hears, in the admin: routes with their escalation, inhibitions and maintenance."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from alerts import silence_admin  # noqa: F401  registers itself
from alerts.admin_cells import as_datetime, chip, lasting, now_ms
from alerts.maintenance import is_now, windows
from alerts.models import Escalation, Inhibition, Maintenance, Route
from alerts.routing_forms import InhibitionForm, MaintenanceForm, RouteForm

if TYPE_CHECKING:  # Django's classes take no parameter when they run
    RouteBase = admin.ModelAdmin[Route]
    EscalationBase = admin.StackedInline[Escalation, Route]
    InhibitionBase = admin.ModelAdmin[Inhibition]
    MaintenanceBase = admin.ModelAdmin[Maintenance]
else:
    RouteBase = InhibitionBase = MaintenanceBase = admin.ModelAdmin
    EscalationBase = admin.StackedInline

SHOWN_STARTS = 5
# A leap day comes in it.
_LOOKED_AHEAD_MS = 5 * 366 * 86_400_000


class EscalationInline(EscalationBase):
    model = Escalation
    extra = 0
    formfield_overrides = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}


@admin.register(Route)
class RouteAdmin(RouteBase):
    form = RouteForm
    inlines = [EscalationInline]
    list_display = ["name", "position", "enabled", "shown_matchers", "shown_channels", "goes_on"]
    list_filter = ["enabled", "channels"]
    search_fields = ["name", "matchers"]
    ordering = ["position", "pk"]
    fieldsets = (
        (None, {"fields": ("name", "enabled", "position")}),
        ("Which alerts", {"fields": ("matchers", "active_hours", "goes_on")}),
        ("Who hears", {"fields": ("channels",)}),
        ("How they are told", {"fields": ("group_by", "group_wait_seconds", "repeat_seconds")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Route]:
        return super().get_queryset(request).prefetch_related("channels")

    @admin.display(description="matchers")
    def shown_matchers(self, route: Route) -> str:
        return ", ".join(route.matchers.splitlines()) or "every alert"

    @admin.display(description="channels")
    def shown_channels(self, route: Route) -> str:
        return ", ".join(channel.name for channel in route.channels.all()) or "nobody"


@admin.register(Inhibition)
class InhibitionAdmin(InhibitionBase):
    form = InhibitionForm
    list_display = ["name", "enabled", "source", "target", "equal"]
    list_filter = ["enabled"]
    search_fields = ["name", "source", "target"]
    fieldsets = (
        (None, {"fields": ("name", "enabled")}),
        (
            "Which alert makes up for which",
            {
                "fields": ("source", "target", "equal"),
                "description": "Such as a host that is down, and all that runs on it: one message "
                "instead of thirty.",
            },
        ),
    )


@admin.register(Maintenance)
class MaintenanceAdmin(MaintenanceBase):
    form = MaintenanceForm
    list_display = ["name", "state", "starts_at", "lasts", "cron", "ends_at"]
    list_filter = ["enabled"]
    search_fields = ["name", "matchers"]
    readonly_fields = ("next_starts",)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "enabled", "matchers"),
                "description": "Meanwhile alerts are recorded, and nobody is told of them.",
            },
        ),
        ("When", {"fields": ("starts_at", "duration_seconds")}),
        ("Again and again", {"fields": ("cron", "time_zone", "ends_at", "next_starts")}),
    )

    @admin.display(description="state")
    def state(self, planned: Maintenance) -> str:
        if not planned.enabled:
            return chip("off", "unknown")
        now = now_ms()
        if is_now(planned, now):
            return chip("now", "degraded")
        last = planned.ends_at if planned.cron else planned.starts_at
        return chip("over" if last and last <= as_datetime(now) else "planned", "unknown")

    @admin.display(description="lasts", ordering="duration_seconds")
    def lasts(self, planned: Maintenance) -> str:
        return lasting(planned.duration_seconds * 1000)

    @admin.display(description="next starts")
    def next_starts(self, planned: Maintenance) -> str:
        """As they are in its own time zone."""
        if planned.pk is None:
            return "Shown once it is saved"
        zone = ZoneInfo(planned.time_zone or "UTC")
        starts = [each.astimezone(zone) for each in _next_starts(planned, SHOWN_STARTS)]
        shown = ((f"{each:%a %Y-%m-%d %H:%M %Z}",) for each in starts)
        return format_html_join("", "<div>{}</div>", shown) or "None any more"


def _next_starts(planned: Maintenance, count: int) -> list[datetime]:
    now = now_ms()
    found = windows(planned, now, now + _LOOKED_AHEAD_MS)
    # What has begun already is not next.
    return [as_datetime(start_ms) for start_ms, _end in found if start_ms >= now][:count]
