"""Plans in the admin: what is backed up, how that goes, and what the settings would do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.html import format_html_join

from backups import keys, recovery_key_views
from backups.admin_cells import moment, now_ms, size, status_chip, trend
from backups.editing import masked_place, masked_source
from backups.models import Plan
from backups.plan_fieldsets import fieldsets
from backups.plan_forms import PlanForm, form_for
from backups.plan_list import (
    HealthFilter,
    KindFilter,
    PlanBase,
    PlanChangeList,
    back_up_now,
    source_place,
    switch_off,
    switch_on,
    with_last_runs,
)
from backups.plan_preview import plan_preview
from backups.plan_saving import save_in_parts
from backups.pruning import dry_run
from backups.recovery_sheet import recovery_sheet
from backups.scheduling import next_starts
from backups.sources.registry import ABOUT, LABELS
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

_NEXT = 5
_ONLY_SHOWN = ("next_runs", "kept", "retention_stopped", "shown_source", "shown_destinations")


@admin.register(Plan)
class PlanAdmin(PlanBase):
    change_form_template = "admin/plan_form.html"
    change_list_template = "admin/plan_list.html"
    list_display = ["name", "place", "schedule", "newest", "sizes", "last_run"]
    list_filter = [HealthFilter, "enabled", KindFilter]
    search_fields = ["name"]
    ordering = ["name"]
    readonly_fields = _ONLY_SHOWN
    actions = [back_up_now, switch_on, switch_off]

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_last_runs(super().get_queryset(request))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[PlanChangeList]:
        return PlanChangeList

    @admin.display(description="source")
    def place(self, plan: Plan) -> str:
        return source_place(plan)

    @admin.display(description="schedule", ordering="cron")
    def schedule(self, plan: Plan) -> str:
        return f"{plan.cron} {plan.time_zone}" if plan.enabled else "off"

    @admin.display(description="newest good backup", ordering="newest_ms")
    def newest(self, plan: Any) -> str:
        return moment(plan.newest_ms) or "none yet"

    @admin.display(description="size")
    def sizes(self, plan: Any) -> str:
        told = [(trend(plan.sizes), size(plan.sizes[-1]))] if plan.sizes else []
        return format_html_join("", "{}\N{NO-BREAK SPACE}{}", told)

    @admin.display(description="last run", ordering="last_status")
    def last_run(self, plan: Any) -> str:
        return status_chip(plan.last_status, plan.last_error) if plan.last_status else "none yet"

    @admin.display(description="next five")
    def next_runs(self, plan: Plan) -> str:
        starts = next_starts(plan, datetime.now(UTC), _NEXT)
        told = ((f"{start:%a %Y-%m-%d %H:%M %Z}",) for start in starts)
        return format_html_join("", "<div>{}</div>", told)

    @admin.display(description="what would go now")
    def kept(self, plan: Plan) -> str:
        told = ((row, reason) for row, _, reason in dry_run(plan, now_ms()))
        return format_html_join("", "<div>{}: {}</div>", told) or "no good backup yet"

    @admin.display(description="settings")
    def shown_source(self, plan: Plan) -> str:
        """To whoever may not change them."""
        return format_html_join("", "<div>{}: {}</div>", masked_source(plan).items())

    @admin.display(description="destinations")
    def shown_destinations(self, plan: Plan) -> str:
        rows = plan.destinations.all()
        told = ((row.kind, name, text) for row in rows for name, text in masked_place(row).items())
        return format_html_join("", "<div>{}: {}: {}</div>", told)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("key/download/", wrap(recovery_key_views.download), name="backups_key_download"),
            path("<int:pk>/sheet/", wrap(self.sheet), name="backups_plan_sheet"),
            path("preview/", wrap(self.preview), name="backups_plan_preview"),
            path("<int:pk>/preview/", wrap(self.preview), name="backups_plan_preview"),
            path("key/remove/", wrap(self.remove_key_view), name="backups_key_remove"),
            *super().get_urls(),
        ]

    def sheet(self, request: HttpRequest, pk: int) -> HttpResponse:
        """To be printed."""
        plan = get_object_or_404(Plan, pk=pk)
        if not self.has_view_permission(request, plan):
            raise PermissionDenied
        try:
            told = recovery_sheet(plan)
        except (SettingsError, UnreadableSecretError, ValueError) as error:
            messages.error(request, str(error))
            return redirect("admin:backups_plan_change", pk)
        return HttpResponse(told, content_type="text/plain; charset=utf-8")

    def preview(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """What the form as it stands would do. Saves nothing."""
        plan = get_object_or_404(Plan, pk=pk) if pk else None
        if request.method != "POST" or not self.has_view_or_change_permission(request, plan):
            raise PermissionDenied
        shown = plan_preview(request.POST.dict(), plan, datetime.now(UTC))
        return render(request, "admin/schedule_preview.html", {"shown": shown})

    def remove_key_view(self, request: HttpRequest) -> HttpResponse:
        title = "Remove the recovery key from this machine?"
        return recovery_key_views.remove(request, {**self._context(request), "title": title})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        own = {
            "recovery_key": keys.private_key_path(),
            "may_take_key": recovery_key_views.may_take(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **own})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the kind, because the form depends on it."""
        if _kind_asked(request) is None and self.has_add_permission(request):
            kinds = [(key, label, ABOUT[key]) for key, label in LABELS.items()]
            context = {**self._context(request), "title": "What is backed up?", "kinds": kinds}
            return render(request, "admin/plan_kinds.html", context)
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Plan | None = None, change: bool = False, **options: Any
    ) -> type[PlanForm]:
        """Not Django's factory: what fields there are depends on the kind."""
        return form_for(_kind(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Plan | None = None) -> Any:
        return fieldsets(
            _kind(request, obj),
            is_new=obj is None,
            may_change=obj is None or self.has_change_permission(request, obj),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"kind": _kind_asked(request)}

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        save_in_parts(obj, form.source, form.places)

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def _kind(request: HttpRequest, plan: Plan | None) -> str:
    return plan.source_kind if plan else _kind_asked(request) or next(iter(LABELS))


def _kind_asked(request: HttpRequest) -> str | None:
    kind = request.GET.get("kind") or request.POST.get("kind") or ""
    return kind if kind in LABELS else None
