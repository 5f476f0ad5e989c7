"""The monitoring part of /api/v1/."""

from django.urls import re_path

from monitoring.api import PointsView, SeriesView, WindowView

urlpatterns = [
    re_path(r"^series/?$", SeriesView.as_view(), name="series"),
    re_path(r"^series/(?P<pk>[0-9]{1,19})/window/?$", WindowView.as_view(), name="series-window"),
    re_path(r"^points/?$", PointsView.as_view(), name="points"),
]
