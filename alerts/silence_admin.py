"""Silences in the admin: made in a minute at night, tried before they are made, ended by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from alerts import matching
from alerts.admin_cells import chip, moment, now_ms
from alerts.models import OPEN, Alert, Silence
from alerts.silence_forms import SilenceForm
from alerts.telling import subject_of

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    SilenceBase = admin.ModelAdmin[Silence]
else:
    SilenceBase = admin.ModelAdmin

MOST_SHOWN = 50


def open_alerts_matching(text: str) -> list[Alert]:
    """Raises ValueError."""
    matchers = matching.parse(text)
    rows = Alert.objects.filter(state__in=OPEN)
    return [each for each in rows if matching.matches(matchers, subject_of(each).labels)]


class ActivityFilter(admin.SimpleListFilter):
    title = "activity"
    parameter_name = "activity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", "Active"), ("planned", "Planned"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Silence]) -> QuerySet[Silence]:
        now = now_ms()
        chosen = {
            "active": Q(starts_ms__lte=now, ends_ms__gt=now),
            "planned": Q(starts_ms__gt=now),
            "expired": Q(ends_ms__lte=now),
        }.get(self.value() or "")
        return queryset.filter(chosen) if chosen else queryset


@admin.action(description="End now", permissions=["change"])
def end_now(listed: SilenceBase, request: HttpRequest, chosen: QuerySet[Silence]) -> None:
    now = now_ms()
    planned = chosen.filter(starts_ms__gte=now).count()
    ended = chosen.filter(starts_ms__lt=now, ends_ms__gt=now).update(ends_ms=now)
    messages.success(request, f"{ended} silence{'' if ended == 1 else 's'} ended.")
    if planned:
        messages.warning(request, f"{planned} had not begun: delete what is not wanted.")


@admin.register(Silence)
class SilenceAdmin(SilenceBase):
    form = SilenceForm
    change_form_template = "admin/silence_form.html"
    list_display = ["__str__", "state", "shown_matchers", "starts", "ends", "author"]
    list_filter = [ActivityFilter, "author"]
    search_fields = ["matchers", "comment", "author"]
    fields = ("matchers", "comment", "starts_at", "duration", "ends_at")
    actions = [end_now]

    def get_fields(self, request: HttpRequest, obj: Silence | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return ("matchers", "comment", "state", "starts", "ends", "author")
        return self.fields if obj is None else (*self.fields, "author", "matching_now")

    def get_readonly_fields(self, request: HttpRequest, obj: Silence | None = None) -> Any:
        return ("state", "starts", "ends", "author", "matching_now")

    @admin.display(description="state")
    def state(self, silence: Silence) -> SafeString:
        now = now_ms()
        if silence.ends_ms <= now:
            return chip("expired", "unknown")
        return chip("planned", "unknown") if silence.starts_ms > now else chip("active", "degraded")

    @admin.display(description="matchers")
    def shown_matchers(self, silence: Silence) -> str:
        return ", ".join(silence.matchers.splitlines())

    @admin.display(description="starts", ordering="starts_ms")
    def starts(self, silence: Silence) -> str:
        return moment(silence.starts_ms)

    @admin.display(description="ends", ordering="ends_ms")
    def ends(self, silence: Silence) -> str:
        return moment(silence.ends_ms)

    @admin.display(description="open alerts that match")
    def matching_now(self, silence: Silence) -> str:
        try:
            return str(len(open_alerts_matching(silence.matchers)))
        except ValueError as error:
            return str(error)

    def save_model(self, request: HttpRequest, obj: Silence, form: Any, change: bool) -> None:
        if not change:
            obj.author = request.user.get_username()
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="alerts_silence_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Which alerts the matchers of the form would silence, without saving it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        found, mistake = _preview(request.POST.get("matchers", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": "What it would silence",
            "opts": self.opts,
            "count": len(found),
            "alerts": found[:MOST_SHOWN],
            "more": len(found) - MOST_SHOWN,
            "mistake": mistake,
            "is_nav_sidebar_enabled": False,
        }
        return render(request, "admin/silence_preview.html", context)


def _preview(text: str) -> tuple[list[Alert], str]:
    if not text.strip():
        return [], "Write at least one matcher: a silence of everything has to be meant."
    try:
        return open_alerts_matching(text), ""
    except ValueError as error:
        return [], str(error)
