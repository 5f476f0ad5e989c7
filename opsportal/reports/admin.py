"""Who gets reports, in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from opsportal.reports.models import ReportSettings

if TYPE_CHECKING:  # Django's class takes no parameter when it runs
    SettingsBase = admin.ModelAdmin[ReportSettings]
else:
    SettingsBase = admin.ModelAdmin


@admin.register(ReportSettings)
class ReportSettingsAdmin(SettingsBase):
    list_display = ("__str__", "weekly_to", "monthly_to", "time_zone", "objective_percent")
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Every page of the admin asks, for its list of apps; only its own pays a query."""
        if not super().has_add_permission(request):
            return False
        return "/reportsettings/" not in request.path or not ReportSettings.objects.exists()
