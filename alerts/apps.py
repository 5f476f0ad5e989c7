"""Decides and tells: thresholds become alerts, alerts become deliveries."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
