"""Observes: the host, the requests and what the portal depends on."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
