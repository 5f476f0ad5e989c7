"""The monitoring part of /api/v1/."""

from django.urls import re_path

from monitoring.annotation_api import AnnotationsView, AnnotationView
from monitoring.api import PointsView, SeriesView, WindowView
from monitoring.check_api import (
    AvailabilityView,
    CheckActionView,
    ChecksView,
    CheckView,
    PingsView,
    ResultsView,
)

PK = "(?P<pk>[0-9]{1,19})"

urlpatterns = [
    re_path(r"^series/?$", SeriesView.as_view(), name="series"),
    re_path(rf"^series/{PK}/window/?$", WindowView.as_view(), name="series-window"),
    re_path(r"^checks/?$", ChecksView.as_view(), name="checks"),
    re_path(rf"^checks/{PK}/?$", CheckView.as_view(), name="check"),
    re_path(
        rf"^checks/{PK}/(?P<action>run|pause|resume)/?$",
        CheckActionView.as_view(),
        name="check-action",
    ),
    re_path(rf"^checks/{PK}/results/?$", ResultsView.as_view(), name="check-results"),
    re_path(rf"^checks/{PK}/pings/?$", PingsView.as_view(), name="check-pings"),
    re_path(
        rf"^checks/{PK}/availability/?$", AvailabilityView.as_view(), name="check-availability"
    ),
    re_path(r"^annotations/?$", AnnotationsView.as_view(), name="annotations"),
    re_path(rf"^annotations/{PK}/?$", AnnotationView.as_view(), name="annotation"),
    re_path(r"^points/?$", PointsView.as_view(), name="points"),
]
