"""Access as a Django app of its own."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "opsportal.access"
    label = "access"
    verbose_name = "Access"

    def ready(self) -> None:
        from axes.signals import user_locked_out
        from django.contrib.auth.signals import user_logged_in

        from opsportal.access.lockout import tell
        from opsportal.access.sessions import begun

        user_locked_out.connect(tell, dispatch_uid="lockout")
        user_logged_in.connect(begun, dispatch_uid="sessions")
