"""The dashboard's addresses; `/` is a page of the admin site, behind its login."""

from django.contrib import admin
from django.urls import path

from opsportal.dashboard import views

app_name = "dashboard"

urlpatterns = [
    path("", admin.site.admin_view(views.dashboard), name="page"),
    path("dashboard/data", views.data, name="data"),
]
