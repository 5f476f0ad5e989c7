"""Below /account/: each person's own sessions and second factor."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import path

from opsportal.access import account_views, second_factor_views

urlpatterns = [
    path("", admin.site.admin_view(account_views.account), name="account"),
    path("sessions/end/", admin.site.admin_view(account_views.end_session), name="session-end"),
    path("second-factor/", login_required(second_factor_views.enter), name="second-factor"),
    path("second-factor/set-up/", login_required(second_factor_views.begin), name="factor-set-up"),
    path("second-factor/remove/", login_required(second_factor_views.remove), name="factor-remove"),
]
