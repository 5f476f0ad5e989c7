"""Who gets reports, in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import escape

from opsportal.reports.models import ReportSettings

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    SettingsBase = admin.ModelAdmin[ReportSettings]
    FormBase = forms.ModelForm[ReportSettings]
else:
    SettingsBase, FormBase = admin.ModelAdmin, forms.ModelForm


class ReportSettingsForm(FormBase):
    class Meta:
        model = ReportSettings
        fields = "__all__"
        # The admin takes help for HTML, and would swallow the address in its angle brackets.
        help_texts = {"sender": escape(ReportSettings._meta.get_field("sender").help_text)}


@admin.register(ReportSettings)
class ReportSettingsAdmin(SettingsBase):
    list_display = ("__str__", "weekly_to", "monthly_to", "time_zone", "objective_percent")
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})}}
    form = ReportSettingsForm
    fieldsets = (
        ("Who gets them", {"fields": ("weekly_to", "monthly_to", "sender")}),
        ("What they say", {"fields": ("time_zone", "objective_percent")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every page of the admin asks, for its list of apps; only its own pays a query."""
        if not super().has_add_permission(request):
            return False
        return "/reportsettings/" not in request.path or not ReportSettings.objects.exists()
