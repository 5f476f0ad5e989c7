"""The backups part of /api/v1/."""

from django.urls import re_path

from backups import api

PK = "(?P<pk>[0-9]{1,19})"

urlpatterns = [
    re_path(r"^plans/?$", api.PlansView.as_view(), name="plans"),
    re_path(rf"^plans/{PK}/?$", api.PlanView.as_view(), name="plan"),
    re_path(rf"^plans/{PK}/run/?$", api.PlanRunView.as_view(), name="plan-run"),
    re_path(r"^backups/?$", api.BackupsView.as_view(), name="backups"),
    re_path(rf"^backups/{PK}/?$", api.BackupView.as_view(), name="backup"),
    re_path(
        rf"^backups/{PK}/(?P<action>cancel|verify|pin|unpin)/?$",
        api.BackupActionView.as_view(),
        name="backup-action",
    ),
]
