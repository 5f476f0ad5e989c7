"""Knows the request for entries of models, and writes one itself for every change of which no model
told, every look at what is sensitive, and everything refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from opsportal.audit.actions import Action
from opsportal.audit.actors import Asking, enter, leave
from opsportal.audit.writing import note

Handler = Callable[[HttpRequest], Any]
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Machines and strangers send these all day; what they send is kept elsewhere, with its time.
_NOT_CHANGES = ("/ping/", "/api/v1/points", "/admin/login", "/admin/logout", "/status/")
SENSITIVE = (
    *("/admin/audit/", "/admin/auth/", "/admin/opsportal/apitoken/"),
    *("/admin/backups/plan/key/", "/admin/axes/"),
)


@sync_and_async_middleware
def AuditMiddleware(get_response: Handler) -> Handler:  # noqa: N802  (MIDDLEWARE names it)
    if iscoroutinefunction(get_response):

        async def middleware_async(request: HttpRequest) -> Any:
            asking = Asking(request)
            entered = enter(asking)
            try:
                response = await get_response(request)
                if _is_told(request, response, asking):
                    await sync_to_async(_tell)(request, response)
                return response
            finally:
                leave(entered)

        return middleware_async

    def middleware(request: HttpRequest) -> Any:
        asking = Asking(request)
        entered = enter(asking)
        try:
            response = get_response(request)
            if _is_told(request, response, asking):
                _tell(request, response)
            return response
        finally:
            leave(entered)

    return middleware


def _is_told(request: HttpRequest, response: HttpResponseBase, asking: Asking) -> bool:
    path = request.path_info
    if request.method in _SAFE:
        return path.startswith(SENSITIVE) or path.endswith("/download/")
    changed = response.status_code < 400 or response.status_code == 403
    return changed and not asking.told and not path.startswith(_NOT_CHANGES)


def _tell(request: HttpRequest, response: HttpResponseBase) -> None:
    action: Action
    if response.status_code == 403:
        action = "was refused"
    else:
        action = "looked at" if request.method in _SAFE else "sent"
    note(action, name=f"{request.method} {_place(request)}")


def _place(request: HttpRequest) -> str:
    """A signed link is a secret: its pattern stands for it."""
    match = request.resolver_match
    return match.route if match and "token" in match.kwargs else request.path_info
