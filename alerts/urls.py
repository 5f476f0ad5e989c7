"""The alerts part of /api/v1/."""

from django.urls import re_path

from alerts import api

PK = "(?P<pk>[0-9]{1,19})"

urlpatterns = [
    re_path(r"^alerts/?$", api.AlertsView.as_view(), name="alerts"),
    re_path(rf"^alerts/{PK}/?$", api.AlertView.as_view(), name="alert"),
    re_path(
        rf"^alerts/{PK}/(?P<action>acknowledge|resolve)/?$",
        api.AlertActionView.as_view(),
        name="alert-action",
    ),
    re_path(r"^silences/?$", api.SilencesView.as_view(), name="silences"),
    re_path(rf"^silences/{PK}/?$", api.SilenceView.as_view(), name="silence"),
    re_path(r"^thresholds/?$", api.ThresholdsView.as_view(), name="thresholds"),
    re_path(rf"^thresholds/{PK}/?$", api.ThresholdView.as_view(), name="threshold"),
    re_path(r"^channels/?$", api.ChannelsView.as_view(), name="channels"),
    re_path(rf"^channels/{PK}/?$", api.ChannelView.as_view(), name="channel"),
    re_path(rf"^channels/{PK}/test/?$", api.ChannelTestView.as_view(), name="channel-test"),
]
