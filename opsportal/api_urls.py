"""Everything under /api/. Each address answers with and without a trailing slash."""

from django.urls import include, re_path

from opsportal.health.views import DetailedView, HealthSummaryView, LivenessView, ReadinessView
from opsportal.reference.views import DocsView, SchemaView

urlpatterns = [
    re_path(r"^health/?$", HealthSummaryView.as_view(), name="health"),
    re_path(r"^health/detailed/?$", DetailedView.as_view(), name="health-detailed"),
    re_path(r"^health/readiness/?$", ReadinessView.as_view(), name="health-readiness"),
    re_path(r"^health/liveness/?$", LivenessView.as_view(), name="health-liveness"),
    re_path(r"^schema/?$", SchemaView.as_view(), name="api-schema"),
    re_path(r"^docs/?$", DocsView.as_view(), name="api-docs"),
    re_path(r"^v1/", include("monitoring.urls")),
    re_path(r"^v1/", include("alerts.urls")),
    re_path(r"^v1/", include("backups.urls")),
]
