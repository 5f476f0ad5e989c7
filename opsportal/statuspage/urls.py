"""The addresses below /status/, with and without a trailing slash."""

from django.urls import re_path

from opsportal.statuspage import subscription_views, views

app_name = "statuspage"

urlpatterns = [
    re_path(r"^status/?$", views.page, name="page"),
    re_path(r"^status/subscribe/?$", subscription_views.subscribe, name="subscribe"),
    re_path(
        r"^status/confirm/(?P<token>[-:\w]{1,200})/?$", subscription_views.confirm, name="confirm"
    ),
    re_path(
        r"^status/unsubscribe/(?P<token>[-:\w]{1,200})/?$",
        subscription_views.unsubscribe,
        name="unsubscribe",
    ),
    re_path(r"^status/data\.json$", views.data, name="data"),
    re_path(r"^status/feed\.atom$", views.feed, name="feed"),
    re_path(r"^status/style\.css$", views.style, name="style"),
    re_path(r"^status/logo$", views.logo, name="logo"),
    re_path(r"^status/badge\.svg$", views.badge, name="badge"),
    re_path(r"^status/badge/(?P<slug>[-\w]{1,100})\.svg$", views.badge, name="badge-of"),
]
