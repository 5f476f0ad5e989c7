"""The dashboard's addresses; `/` is a page of the admin site, behind its login."""

from django.contrib import admin
from django.urls import path, re_path

from opsportal.dashboard import views
from opsportal.dashboard.check_page import ACTIONS, act, check_page

app_name = "dashboard"

urlpatterns = [
    path("", admin.site.admin_view(views.dashboard), name="page"),
    path("checks/<slug:slug>/", admin.site.admin_view(check_page)),
    path("checks/<slug:slug>", admin.site.admin_view(check_page), name="check"),
    re_path(
        rf"^checks/(?P<slug>[-\w]+)/(?P<action>{'|'.join(ACTIONS)})$",
        admin.site.admin_view(act),
        name="act",
    ),
    path("dashboard/data", views.data, name="data"),
]
