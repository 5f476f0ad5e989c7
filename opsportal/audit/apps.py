"""The audit log as a Django app of its own."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "opsportal.audit"
    label = "audit"
    verbose_name = "Audit log"

    def ready(self) -> None:
        from opsportal.audit import logins, watching

        watching.connect()
        logins.connect()
