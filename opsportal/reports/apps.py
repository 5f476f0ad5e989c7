"""Reports as a Django app of their own."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "opsportal.reports"
    label = "reports"
    verbose_name = "Reports"
