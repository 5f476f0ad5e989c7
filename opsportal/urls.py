"""Every address of the portal. All answer with and without a trailing slash."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("opsportal.dashboard.urls")),
    path("admin/", admin.site.urls),
]
