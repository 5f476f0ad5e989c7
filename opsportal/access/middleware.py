"""Nobody passes whose code is still to come. Who has no session costs one look for its cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import urlencode

from opsportal.access.second_factor import is_due
from opsportal.access.sessions import SECOND_FACTOR
from opsportal.exceptions import is_api

Handler = Callable[[HttpRequest], Any]
# What is open to everybody, and the way through.
_OPEN = (
    *("/account/second-factor", "/admin/login", "/admin/logout", "/admin/jsi18n"),
    *("/static/", "/ping/", "/api/health/liveness", "/api/health/readiness"),
)


@sync_and_async_middleware
def SecondFactorMiddleware(get_response: Handler) -> Handler:  # noqa: N802  (MIDDLEWARE names it)
    if iscoroutinefunction(get_response):

        async def middleware_async(request: HttpRequest) -> Any:
            if _has_session(request) and await sync_to_async(_is_due)(request):
                return _halt(request)
            return await get_response(request)

        return middleware_async

    def middleware(request: HttpRequest) -> Any:
        if _has_session(request) and _is_due(request):
            return _halt(request)
        return get_response(request)

    return middleware


def _has_session(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    path = request.path_info
    return not (path.startswith(_OPEN) or path.rstrip("/") == "/api/health")


def _is_due(request: HttpRequest) -> bool:
    session = request.session
    if SESSION_KEY not in session:
        return False
    if SECOND_FACTOR not in session:  # begun before the portal knew of it
        user: Any = request.user
        session[SECOND_FACTOR] = "due" if is_due(user) else "none"
    return bool(session[SECOND_FACTOR] == "due")


def _halt(request: HttpRequest) -> HttpResponse:
    if is_api(request) or request.path_info.startswith("/dashboard/data"):
        return JsonResponse({"detail": "The second factor is still to come."}, status=401)
    return redirect(f"/account/second-factor/?{urlencode({'next': request.get_full_path()})}")
