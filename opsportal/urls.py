"""Every address of the portal. All answer with and without a trailing slash."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from monitoring.heartbeats.urls import ping_urls
from opsportal.tokens import is_ping_key
from opsportal.views import MetricsView

urlpatterns = [
    # First, for patterns are tried in turn: jobs ask more often than people.
    path("ping/", include(ping_urls(is_ping_key))),
    path("", include("opsportal.dashboard.urls")),
    path("", include("opsportal.statuspage.urls")),
    path("boards/", include("opsportal.boards.urls")),
    path("", include("opsportal.reports.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("opsportal.access.urls")),
    path("api/", include("opsportal.api_urls")),
    re_path(r"^metrics/?$", MetricsView.as_view(), name="metrics"),
]

if settings.OIDC:
    urlpatterns.append(path("sso/", include("opsportal.sso.urls")))

handler400 = "opsportal.exceptions.bad_request"
handler403 = "opsportal.exceptions.forbidden"
handler404 = "opsportal.exceptions.not_found"
handler500 = "opsportal.exceptions.server_error"
