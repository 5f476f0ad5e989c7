"""The portal's admin site: Django's own, with the dashboard as one of its pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from opsportal.paging import CountedOnce

_FIRST = ("monitoring", "alerts", "backups", "statuspage", "boards", "reports")


class OpsPortalAdminSite(AdminSite):
    site_header = "OpsPortal"
    site_title = "OpsPortal"
    index_title = "Administration"
    site_url = "/"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """No list, not even a library's, counts a million rows to show a hundred of them."""
        given = admin_class or ModelAdmin
        counted = type(given.__name__, (CountedOnce, given), {"__module__": given.__module__})
        super().register(model_or_iterable, counted, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # Its modules need models, which are not there yet when the site is.
        from opsportal.configuration.marks import managed_note

        return {**super().each_context(request), "managed_note": managed_note(request)}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """What is opened every day comes first; the rest stays in the order of the alphabet."""
        apps = super().get_app_list(request, app_label)
        place = {label: number for number, label in enumerate(_FIRST)}
        return sorted(apps, key=lambda app: place.get(app["app_label"], len(_FIRST)))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """How everything is and what needs doing come before the tables."""
        from opsportal.first_steps import first_steps
        from opsportal.todo import tasks

        shown = {
            "sentence": _sentence(request),
            "tasks": tasks(request),
            "first_steps": first_steps(request),
        }
        return super().index(request, {**shown, **(extra_context or {})})

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().login(request, {"sso": settings.OIDC, **(extra_context or {})})


def _sentence(request: HttpRequest) -> Any:
    """The dashboard's, for whoever may see that."""
    from opsportal.access.needs import DASHBOARD, missing
    from opsportal.dashboard.problems import problems
    from opsportal.dashboard.reading import read
    from opsportal.dashboard.sentence import sentence

    if missing(request.user, DASHBOARD):
        return None
    reading = read({"range": "1h"})
    return sentence(problems(reading), waiting=reading.newest_ms is None)
