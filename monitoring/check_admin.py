"""Checks in the admin: a console of what is watched, not a table of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from monitoring.check_filters import HealthFilter, TagFilter
from monitoring.check_forms import CheckForm, form_for
from monitoring.check_list import CheckChangeList, chip, since, strip
from monitoring.editing import run_now, save_check, set_enabled
from monitoring.models import Check
from monitoring.probes.base import SettingsError, settings_of
from monitoring.probes.presets import PRESETS
from monitoring.probes.registry import LABELS, kind_named
from monitoring.setting_fields import PREFIX
from monitoring.trial import try_probe

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    CheckBase = admin.ModelAdmin[Check]
else:
    CheckBase = admin.ModelAdmin

TURNING = (
    "interval_seconds",
    "timeout_seconds",
    "retries",
    "retry_interval_seconds",
    "successes_to_recover",
    "parent",
    "is_reference",
)


@admin.register(Check)
class CheckAdmin(CheckBase):
    change_form_template = "admin/check_form.html"
    list_display = [
        "name",
        "status",
        "last_day",
        "response_time",
        "kind",
        "shown_since",
        "shown_tags",
    ]
    list_filter = [HealthFilter, "kind", TagFilter]
    list_select_related = ["state"]
    list_per_page = 100
    search_fields = ["name", "state__message"]
    ordering = ["name"]
    actions = ["pause", "resume", "probe_now"]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return CheckChangeList

    @admin.display(ordering="state__status")
    def status(self, check: Check) -> str:
        return chip(check.state)

    @admin.display(description="last 24 h")
    def last_day(self, check: Check) -> str:
        return strip(check)

    @admin.display(ordering="state__response_time_ms")
    def response_time(self, check: Check) -> str:
        taken_ms = check.state.response_time_ms
        return "" if taken_ms is None else f"{taken_ms:,.0f} ms"

    @admin.display(description="since", ordering="-state__since_ms")
    def shown_since(self, check: Check) -> str:
        return since(check.state)

    @admin.display(description="tags")
    def shown_tags(self, check: Check) -> str:
        return ", ".join(check.tags)

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, chosen: QuerySet[Check]) -> None:
        self._each(request, chosen, lambda check: set_enabled(check, False), "paused")

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Check]) -> None:
        self._each(request, chosen, lambda check: set_enabled(check, True), "resumed")

    @admin.action(description="Run now", permissions=["change"])
    def probe_now(self, request: HttpRequest, chosen: QuerySet[Check]) -> None:
        self._each(request, chosen, run_now, "to be run within seconds")

    def _each(self, request: HttpRequest, chosen: QuerySet[Check], act: Any, done: str) -> None:
        for check in chosen:
            act(check)
        count = len(chosen)
        messages.success(request, f"{count} check{'' if count == 1 else 's'} {done}.")

    def get_urls(self) -> list[URLPattern]:
        own = [path("try/", self.admin_site.admin_view(self.try_view), name="monitoring_check_try")]
        return own + super().get_urls()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the kind, because the form depends on it."""
        if _kind_asked(request) is None and self.has_add_permission(request):
            context = {
                **self.admin_site.each_context(request),
                "title": "What should be checked?",
                "opts": self.opts,
                "kinds": LABELS,
                "presets": PRESETS,
            }
            return render(request, "admin/check_kinds.html", context)
        return super().add_view(request, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Check | None = None, change: bool = False, **options: Any
    ) -> type[CheckForm]:
        """Not Django's factory: what fields there are depends on the kind."""
        return form_for(obj.kind if obj else _kind_asked(request) or "http")

    def get_fieldsets(self, request: HttpRequest, obj: Check | None = None) -> Any:
        kind = kind_named(obj.kind if obj else _kind_asked(request) or "http")
        names = [f"{PREFIX}{each.name}" for each in settings_of(kind)]
        return (
            (None, {"fields": ("name", "kind", "enabled", "tags")}),
            (kind.label, {"fields": names}),
            ("When it turns", {"fields": TURNING}),
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        preset = PRESETS.get(request.GET.get("preset", ""))
        if preset is None:
            return {"kind": _kind_asked(request)}
        settings = {f"{PREFIX}{name}": value for name, value in preset.settings.items()}
        own = {"name": preset.name, "kind": preset.kind}
        return {**own, "interval_seconds": preset.interval_seconds, **settings}

    def save_model(self, request: HttpRequest, obj: Check, form: Any, change: bool) -> None:
        try:
            save_check(obj, form.settings)
        except SettingsError as error:
            # Only of what no form can see, such as a circle of parents.
            messages.error(request, f"Not saved: {error}")

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Probes what the form says, without saving it."""
        check = Check.objects.filter(pk=_number(request.POST.get("check", ""))).first()
        allowed = self.has_change_permission(request, check)
        kind = check.kind if check else _kind_asked(request)
        if request.method != "POST" or not allowed or kind is None:
            return HttpResponse("Use the button below a check's form.", status=400)
        form = form_for(kind)(request.POST, instance=check)
        trial = try_probe(form.probe, form.settings) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Trial of {request.POST.get('name') or 'a new check'}",
            "opts": self.opts,
            "form": form,
            "trial": trial,
            "is_nav_sidebar_enabled": False,
        }
        return render(request, "admin/check_trial.html", context)


def _kind_asked(request: HttpRequest) -> str | None:
    preset = PRESETS.get(request.GET.get("preset", ""))
    kind = preset.kind if preset else request.GET.get("kind") or request.POST.get("kind") or ""
    return kind if kind in LABELS else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0
