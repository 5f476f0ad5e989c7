"""The portal's admin site: Django's own, with the dashboard as one of its pages."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse


class OpsPortalAdminSite(AdminSite):
    site_header = "OpsPortal"
    site_title = "OpsPortal"
    index_title = "Administration"
    site_url = "/"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # Its modules need models, which are not there yet when the site is.
        from opsportal.configuration.marks import managed_note

        return {**super().each_context(request), "managed_note": managed_note(request)}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from opsportal.first_steps import first_steps

        steps = {"first_steps": first_steps(request)}
        return super().index(request, {**steps, **(extra_context or {})})
