"""The composition root as a Django app, and the admin site that takes the place of Django's."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class OpsPortalConfig(AppConfig):
    name = "opsportal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from opsportal import checks  # noqa: F401  (registers itself)
        from opsportal.celery import app  # noqa: F401  (tasks bind to the portal's Celery app)


class OpsPortalAdminConfig(AdminConfig):
    default_site = "opsportal.admin_site.OpsPortalAdminSite"
