"""Keeps and proves: plans become backups, backups are restored to be believed."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "backups"
