"""Thresholds in the admin: what is watched for, how noisy it is, and what it would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from alerts.admin_cells import chip, severity_chip
from alerts.conditions.base import Rule
from alerts.conditions.building import rule_of
from alerts.conditions.limit import phrase
from alerts.editing import save_threshold
from alerts.models import Threshold
from alerts.threshold_forms import ThresholdForm, setting_fields
from alerts.threshold_list import HealthFilter, ThresholdChangeList, sparkline, with_counts
from alerts.threshold_trial import backtested
from monitoring.catalogue import METRICS

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    ThresholdBase = admin.ModelAdmin[Threshold]
else:
    ThresholdBase = admin.ModelAdmin

_TITLES = {
    "burn_rate": "Of a burn rate: the objective",
    "forecast": "Of a forecast",
}


@admin.register(Threshold)
class ThresholdAdmin(ThresholdBase):
    form = ThresholdForm
    change_form_template = "admin/threshold_form.html"
    list_display = ["name", "state", "watched", "level", "fired", "seen", "brief"]
    list_filter = [HealthFilter, "enabled", "severity", "kind"]
    search_fields = ["name", "metric"]
    ordering = ["name"]
    actions = ["switch_on", "switch_off"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Threshold]:
        rows = super().get_queryset(request)
        return with_counts(rows) if ORDER_VAR in request.GET else rows

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return ThresholdChangeList

    def get_fieldsets(self, request: HttpRequest, obj: Threshold | None = None) -> Any:
        of_kinds = [(_TITLES[kind], {"fields": names}) for kind, names in setting_fields().items()]
        return [
            (None, {"fields": ["name", "enabled", "severity"]}),
            ("What is watched", {"fields": ["kind", "metric", "labels", "combine_by"]}),
            (
                "When it is wrong",
                {
                    "fields": [
                        ("aggregation", "window_seconds"),
                        ("comparison", "value"),
                        ("warning_value", "recovery_value"),
                        ("for_seconds", "keep_firing_seconds"),
                        "no_data",
                        "active_hours",
                    ]
                },
            ),
            *of_kinds,
            ("Who hears", {"fields": ["channels", "extra_labels", "runbook_url"]}),
        ]

    @admin.display(description="state")
    def state(self, threshold: Any) -> str:
        if not threshold.enabled:
            return chip("off", "unknown")
        if threshold.firing_count:
            return chip(f"{threshold.firing_count} firing", "down")
        return chip("quiet", "up")

    @admin.display(description="watches", ordering="metric")
    def watched(self, threshold: Threshold) -> str:
        """In one column and with places to break: what is noise stands to the right of it. In words
        first, then the name of the metric, which files and the API use."""
        chosen = ", ".join(f"{name}={text}" for name, text in threshold.labels.items())
        rule: Rule = rule_of(threshold)
        limit = "" if threshold.kind == "no_data" else phrase(rule, threshold.value)
        breakable = mark_safe("_<wbr>")
        name = format_html_join(breakable, "{}", ((part,) for part in rule.metric.split("_")))
        label, limit = _in_words(rule.metric, limit)
        return format_html(
            '{} {} <span class="together">{}</span><br><span class="secondary">{}</span>',
            *(label, f"({chosen})" if chosen else "", limit, name),
        )

    @admin.display(description="severity", ordering="severity")
    def level(self, threshold: Threshold) -> str:
        return severity_chip(threshold.severity)

    @admin.display(description="fired in 30 d", ordering="fired_count")
    def fired(self, threshold: Any) -> str:
        return format_html("{} {}", sparkline(threshold.month), threshold.month.fired)

    @admin.display(description="seen", ordering="seen_count")
    def seen(self, threshold: Any) -> str:
        return _share(threshold.month.seen, threshold.month.fired)

    @admin.display(description="over in 5 min", ordering="brief_count")
    def brief(self, threshold: Any) -> str:
        return _share(threshold.month.brief, threshold.month.fired)

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, chosen: QuerySet[Threshold]) -> None:
        self._switch(request, chosen, True, "on")

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, chosen: QuerySet[Threshold]) -> None:
        self._switch(request, chosen, False, "off")

    def _switch(
        self, request: HttpRequest, chosen: QuerySet[Threshold], enabled: bool, word: str
    ) -> None:
        names = list(chosen.values_list("pk", flat=True))
        for each in Threshold.objects.filter(pk__in=names):
            each.enabled = enabled
            save_threshold(each)
        messages.success(request, f"Switched {word}: {len(names)}.")

    def save_model(self, request: HttpRequest, obj: Threshold, form: Any, change: bool) -> None:
        save_threshold(obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.backtest)
        return [path("backtest/", view, name="alerts_threshold_backtest"), *super().get_urls()]

    def backtest(self, request: HttpRequest) -> HttpResponse:
        """What the form as it stands would have done. Saves nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        # Another one may have the same name: it is not saved.
        existing = Threshold.objects.filter(name=request.POST.get("name", "")).first()
        form = ThresholdForm(request.POST, instance=existing)
        tested = backtested(form.instance, _days(request)) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Backtest",
            "form": form,
            "tested": tested,
            "is_nav_sidebar_enabled": False,
        }
        return render(request, "admin/threshold_backtest.html", context)


def _days(request: HttpRequest) -> int:
    return 30 if "30" in request.POST.get("backtest", "") else 7


def _in_words(name: str, limit: str) -> tuple[str, str]:
    """What it measures, and the limit; of two states the one that is meant says both."""
    metric = METRICS.get(name)
    if metric is None:
        return "Unknown metric", limit
    if metric.words and limit in metric.words:
        return limit.capitalize(), ""
    return metric.label, limit


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""
