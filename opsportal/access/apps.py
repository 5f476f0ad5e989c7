"""Access as a Django app of its own."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "opsportal.access"
    label = "access"
    verbose_name = "Access"
