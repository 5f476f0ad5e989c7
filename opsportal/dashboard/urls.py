"""The dashboard's addresses; `/` is a page of the admin site, behind its login."""

from django.contrib import admin
from django.urls import path, re_path

from opsportal.dashboard import alert_pages, views
from opsportal.dashboard.alert_links import from_message
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
    path("alerts/", admin.site.admin_view(alert_pages.alerts_page)),
    path("alerts", admin.site.admin_view(alert_pages.alerts_page), name="alerts"),
    path("alerts/<int:pk>", admin.site.admin_view(alert_pages.alert_page), name="alert"),
    re_path(
        rf"^alerts/(?P<pk>[0-9]{{1,18}})/(?P<action>{'|'.join(alert_pages.ACTIONS)})$",
        admin.site.admin_view(alert_pages.act),
        name="alert-act",
    ),
    re_path(r"^alerts/(?P<action>acknowledge|silence)/(?P<token>[-\w:]{1,200})$", from_message),
    path("dashboard/data", views.data, name="data"),
]
