"""The dashboard and the data of its refresh."""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from opsportal.access.needs import DASHBOARD, missing
from opsportal.dashboard.drawings import draw
from opsportal.dashboard.marks import newest_first
from opsportal.dashboard.preferences import CHOICES, refresh_seconds
from opsportal.dashboard.pulse import new_key
from opsportal.dashboard.ranges import PRESETS, moves
from opsportal.dashboard.sharing import shared_look
from opsportal.dashboard.wall import keep_session
from opsportal.version import VERSION


@never_cache
@gzip_page
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Complete as it comes from the server; scripts only keep it fresh."""
    shown = shared_look(request.GET.dict()).shown
    context = {
        **admin.site.each_context(request),
        "title": "Dashboard",
        "shown": shown,
        "data": {**shown.as_json(), **_own(request)},
        "wall": request.GET.get("wall") == "1",
        "refresh_choices": CHOICES.items(),
        "refresh_seconds": refresh_seconds(request),
        "drawings": [draw(plot, shown.marks) for plot in shown.plots],
        "presets": [(key, label) for key, (label, _) in PRESETS.items()],
        "moves": moves(shown.range),
        "changed_url": reverse("dashboard:changed"),
        "compare_url": _without_or_with(request.GET, "compare", shown.compared),
        "events": newest_first(shown.marks),
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "dashboard/page.html", context)


def _without_or_with(given: QueryDict, name: str, is_on: bool) -> str:
    """The address that switches what `name` switches."""
    changed = given.copy()
    changed.pop(name, None)
    if not is_on:
        changed[name] = "1"
    return f"?{changed.urlencode()}"


@never_cache
@gzip_page
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything that the page shows. 401 instead of a login page: a script is asking."""
    if not admin.site.has_permission(request):
        return JsonResponse({"detail": "Your session has ended. Log in again."}, status=401)
    refused = missing(request.user, DASHBOARD)
    if refused:
        return JsonResponse({"detail": refused}, status=403)
    look = shared_look(request.GET.dict())
    own = orjson.dumps(_own(request))
    # Two objects as one: what is shared is not written again for each who asks.
    return HttpResponse(look.json[:-1] + b"," + own[1:], content_type="application/json")


def _own(request: HttpRequest) -> dict[str, Any]:
    """What only the one who asks is told."""
    if request.GET.get("wall") == "1":
        keep_session(request, time.time_ns() // 1_000_000)
    return {
        "version": VERSION,
        "refresh_seconds": refresh_seconds(request),
        "pulse_key": new_key(),
    }
