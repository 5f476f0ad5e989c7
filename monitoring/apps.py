"""Observes: the host, the requests and what the portal depends on."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from monitoring.deleting import forget_series
        from monitoring.models import Check

        post_delete.connect(forget_series, sender=Check, dispatch_uid="monitoring.forget_series")
