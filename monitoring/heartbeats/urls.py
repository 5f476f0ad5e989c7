"""Addresses below /ping/. All answer with and without a trailing slash."""

from __future__ import annotations

from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from monitoring.heartbeats.views import KeyCheck, not_found, ping_by_slug, ping_by_uuid

_UUID = r"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_SLUG = r"(?P<key>[A-Za-z0-9_-]{1,100})/(?P<slug>[a-z0-9_-]{1,100})"
_ACTION = r"(?:/(?P<action>start|fail|log|[0-9]{1,9}))?/?$"


def ping_urls(is_ping_key: KeyCheck) -> list[URLPattern]:
    by_slug = {"is_ping_key": is_ping_key}
    return [
        re_path(f"^{_UUID}{_ACTION}", csrf_exempt(ping_by_uuid), name="ping"),
        re_path(f"^{_SLUG}{_ACTION}", csrf_exempt(ping_by_slug), by_slug, name="ping-by-slug"),
        re_path("", csrf_exempt(not_found)),
    ]
