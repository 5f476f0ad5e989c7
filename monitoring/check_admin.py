"""Checks in the admin: a console of what is watched, not a table of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html_join

from monitoring.check_actions import TagActionForm, add_tag, pause, probe_now, resume
from monitoring.check_fieldsets import fieldsets_of
from monitoring.check_filters import HealthFilter, TagFilter
from monitoring.check_forms import CheckForm, form_for
from monitoring.check_list import RANK, CheckChangeList, chip, response_time, since, strip
from monitoring.editing import free_name, masked_settings, save_check
from monitoring.evidence import readable
from monitoring.heartbeat_preview import preview
from monitoring.models import Check, Transition
from monitoring.probes.presets import PRESETS, Preset
from monitoring.probes.registry import ABOUT, LABELS, kind_named
from monitoring.setting_fields import PREFIX
from monitoring.trial import BusyError, Trial, try_probe
from opsportal.lib.kinds import settings_of

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    CheckBase = admin.ModelAdmin[Check]
else:
    CheckBase = admin.ModelAdmin


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
    actions = [pause, resume, probe_now, add_tag]
    action_form = TagActionForm

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What is broken stands first."""
        return [RANK.asc(), "name"]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return CheckChangeList

    @admin.display(ordering=RANK)
    def status(self, check: Check) -> str:
        return chip(check)

    @admin.display(description="last 24 h")
    def last_day(self, check: Check) -> str:
        return strip(check)

    @admin.display(ordering="state__response_time_ms")
    def response_time(self, check: Check) -> str:
        return response_time(check)

    @admin.display(description="since", ordering="-state__since_ms")
    def shown_since(self, check: Check) -> str:
        return since(check.state)

    @admin.display(description="tags")
    def shown_tags(self, check: Check) -> str:
        return ", ".join(check.tags)

    @admin.display(description="settings")
    def shown_settings(self, check: Check) -> str:
        """To whoever may not change them."""
        told = ((name, text) for name, text in readable(masked_settings(check)))
        return format_html_join("", "<div>{}: {}</div>", told)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Told in numbers: Django would list every row of a check's history."""
        changes = Transition.objects.filter(owner__in=objs).count()
        missing = set() if self.has_delete_permission(request) else {"check"}
        return (
            [str(check) for check in objs],
            {"checks": len(objs), "changes": changes},
            missing,
            [],
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("try/", wrap(self.try_view), name="monitoring_check_try"),
            path("preview/", wrap(preview), name="monitoring_check_preview"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the kind, because the form depends on it."""
        if _kind_asked(request) is None and self.has_add_permission(request):
            context = {
                **self.admin_site.each_context(request),
                "title": "What should be checked?",
                "opts": self.opts,
                "kinds": [(key, label, ABOUT[key]) for key, label in LABELS.items()],
                "presets": PRESETS,
            }
            return render(request, "admin/check_kinds.html", context)
        return super().add_view(
            request, form_url, {**(extra_context or {}), "needs": _needs(request)}
        )

    def get_form(
        self, request: HttpRequest, obj: Check | None = None, change: bool = False, **options: Any
    ) -> type[CheckForm]:
        """Not Django's factory: what fields there are depends on the kind."""
        return form_for(obj.kind if obj else _kind_asked(request) or "http")

    def get_fieldsets(self, request: HttpRequest, obj: Check | None = None) -> Any:
        kind = kind_named(obj.kind if obj else _kind_asked(request) or "http")
        preset = _preset_asked(request)
        given = masked_settings(obj) if obj else preset.settings if preset else {}
        needs = preset.needs if preset else ()
        own, *settings, turning = fieldsets_of(kind, given, needs)
        if obj and not self.has_change_permission(request, obj):
            settings = [(kind.label, {"fields": ["shown_settings"]})]
        return (own, *settings, turning)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        preset = _preset_asked(request)
        if preset is None:
            return {"kind": _kind_asked(request)}
        settings = {f"{PREFIX}{name}": value for name, value in preset.settings.items()}
        own = {"name": free_name(preset.name), "kind": preset.kind}
        return {**own, "interval_seconds": preset.interval_seconds, **settings}

    def save_model(self, request: HttpRequest, obj: Check, form: Any, change: bool) -> None:
        save_check(obj, form.settings)

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Probes what the form says, without saving it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        check = self.get_queryset(request).filter(pk=_number(request.POST.get("check", ""))).first()
        kind = check.kind if check else _kind_asked(request)
        if check:
            allowed = self.has_change_permission(request, check)
        else:
            allowed = self.has_add_permission(request)
        if not allowed or kind is None:
            raise PermissionDenied
        form = form_for(kind)(request.POST, instance=check)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Trial of {request.POST.get('name') or 'a new check'}",
            "opts": self.opts,
            "mistakes": form.mistakes,
            "trial": _trial(form),
            "is_nav_sidebar_enabled": False,
        }
        return render(request, "admin/check_trial.html", context)


def _trial(form: CheckForm) -> Trial | None:
    """None where the form has mistakes, or too many others are being tried."""
    if form.mistakes or form.of_kind == "heartbeat":
        return None
    try:
        return try_probe(form.probe, form.settings, form.cleaned_data["timeout_seconds"])
    except BusyError:
        return None


def _preset_asked(request: HttpRequest) -> Preset | None:
    return PRESETS.get(request.GET.get("preset", ""))


def _needs(request: HttpRequest) -> list[str]:
    """The labels of what a preset leaves to be filled in."""
    preset = _preset_asked(request)
    if preset is None:
        return []
    kind = kind_named(preset.kind)
    return [each.metadata["label"] for each in settings_of(kind) if each.name in preset.needs]


def _kind_asked(request: HttpRequest) -> str | None:
    preset = _preset_asked(request)
    kind = preset.kind if preset else request.GET.get("kind") or request.POST.get("kind") or ""
    return kind if kind in LABELS else None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
