"""The composition root as a Django app, and the admin site that takes the place of Django's."""

import sys
from pathlib import Path

from django.apps import AppConfig
from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save

_WITHOUT_PAGES = ("setup", "portal", "worker", "beat", "backup", "backups", "restore", "verify")


class OpsPortalConfig(AppConfig):
    name = "opsportal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from opsportal import checks  # noqa: F401  (registers itself)
        from opsportal.celery import app  # noqa: F401  (tasks bind to the portal's Celery app)
        from opsportal.plain_names import give_names

        give_names()


class OpsPortalAdminConfig(SimpleAdminConfig):
    default_site = "opsportal.admin_site.OpsPortalAdminSite"

    def ready(self) -> None:
        super().ready()
        if not _shows_no_pages(sys.argv):
            autodiscover()
            self._keep_configuration()
            self._remember_preferences()

    def _remember_preferences(self) -> None:
        from opsportal.dashboard.preferences import remember

        user_logged_in.connect(remember, dispatch_uid="preferences")

    def _keep_configuration(self) -> None:
        from opsportal.configuration.keeping import entry_saved

        post_save.connect(entry_saved, sender="admin.LogEntry", dispatch_uid="configuration")


def _shows_no_pages(argv: list[str]) -> bool:
    """Such a process takes 25 MB less without the admin's modules and what they bring along, and
    begins a second earlier."""
    return Path(argv[0]).name == "manage.py" and argv[1:2] in ([each] for each in _WITHOUT_PAGES)
