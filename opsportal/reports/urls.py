"""Below /reports/; every address with and without a trailing slash."""

from django.contrib import admin
from django.urls import re_path

from opsportal.access.needs import DASHBOARD, needs
from opsportal.reports import views
from opsportal.reports.periods import KINDS

app_name = "reports"

_kinds = "|".join(KINDS)
_newest = admin.site.admin_view(needs(*DASHBOARD)(views.newest))
_report = admin.site.admin_view(needs(*DASHBOARD)(views.report))

urlpatterns = [
    re_path(r"^reports/?$", _newest, name="newest"),
    re_path(rf"^reports/(?P<kind>{_kinds})/?$", _newest, name="newest-of"),
    re_path(rf"^reports/(?P<kind>{_kinds})/(?P<day>\d{{4}}-\d\d-\d\d)/?$", _report, name="report"),
]
