"""Access as a Django app of its own."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "opsportal.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from axes.signals import user_locked_out

        from opsportal.access.lockout import tell

        user_locked_out.connect(tell, dispatch_uid="lockout")
