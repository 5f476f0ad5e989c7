"""The dashboard's addresses; `/` is a page of the admin site, behind its login."""

from django.contrib import admin
from django.urls import path, re_path

from opsportal.dashboard import views
from opsportal.dashboard.check_page import check_page

app_name = "dashboard"

urlpatterns = [
    path("", admin.site.admin_view(views.dashboard), name="page"),
    re_path(
        r"^checks/(?P<slug>[-a-zA-Z0-9_]+)/?$",
        admin.site.admin_view(check_page),
        name="check",
    ),
    path("dashboard/data", views.data, name="data"),
]
