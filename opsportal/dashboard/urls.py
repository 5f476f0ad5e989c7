"""The dashboard's addresses; `/` is a page of the admin site, behind its login."""

from django.contrib import admin
from django.urls import path, re_path

from opsportal.access.needs import DASHBOARD, needs
from opsportal.dashboard import alert_pages, views
from opsportal.dashboard.alert_links import from_message
from opsportal.dashboard.change_page import changed
from opsportal.dashboard.check_page import ACTIONS, act, check_page
from opsportal.dashboard.preferences import set_refresh
from opsportal.dashboard.pulse import pulse
from opsportal.dashboard.stream import stream

app_name = "dashboard"

_check_page = admin.site.admin_view(needs("monitoring.view_check")(check_page))
_alerts_page = admin.site.admin_view(needs("alerts.view_alert")(alert_pages.alerts_page))
_alert_page = admin.site.admin_view(needs("alerts.view_alert")(alert_pages.alert_page))
_changed = admin.site.admin_view(needs(*DASHBOARD)(changed))

urlpatterns = [
    path("", admin.site.admin_view(needs(*DASHBOARD)(views.dashboard)), name="page"),
    path("checks/<slug:slug>/", _check_page),
    path("checks/<slug:slug>", _check_page, name="check"),
    re_path(
        rf"^checks/(?P<slug>[-\w]+)/(?P<action>{'|'.join(ACTIONS)})$",
        admin.site.admin_view(needs("monitoring.change_check")(act)),
        name="act",
    ),
    path("alerts/", _alerts_page),
    path("alerts", _alerts_page, name="alerts"),
    path("alerts/<int:pk>/", _alert_page),
    path("alerts/<int:pk>", _alert_page, name="alert"),
    re_path(
        rf"^alerts/(?P<pk>[0-9]{{1,18}})/(?P<action>{'|'.join(alert_pages.ACTIONS)})$",
        admin.site.admin_view(needs("alerts.change_alert")(alert_pages.act)),
        name="alert-act",
    ),
    re_path(r"^alerts/(?P<action>acknowledge|silence)/(?P<token>[-\w:]{1,200})$", from_message),
    path("changed/", _changed),
    path("changed", _changed, name="changed"),
    path("dashboard/data", views.data, name="data"),
    path("dashboard/pulse", pulse, name="pulse"),
    path("dashboard/stream", stream, name="stream"),
    path("dashboard/refresh", set_refresh, name="refresh"),
]
