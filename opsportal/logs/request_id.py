"""Each request has an id: in every line of the log and in the answer, as X-Request-ID.

One that comes along is taken over, so that a proxy's log and the portal's can be laid side by side.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

Handler = Callable[[HttpRequest], Any]
# Nothing that could break a line of the log or pass for another field.
_is_sound = re.compile(r"[A-Za-z0-9-]{8,64}\Z").match
_current: ContextVar[str] = ContextVar("request_id", default="")
current_id = _current.get


@sync_and_async_middleware
def RequestIdMiddleware(get_response: Handler) -> Handler:  # noqa: N802  (MIDDLEWARE names it)
    if iscoroutinefunction(get_response):

        async def middleware_async(request: HttpRequest) -> Any:
            name = _id_of(request)
            _current.set(name)
            response = await get_response(request)
            response.headers["X-Request-ID"] = name
            return response

        return middleware_async

    def middleware(request: HttpRequest) -> Any:
        name = _id_of(request)
        # Until the next one of this thread: Django logs what was refused after all middleware.
        _current.set(name)
        response = get_response(request)
        response.headers["X-Request-ID"] = name
        return response

    return middleware


def _id_of(request: HttpRequest) -> str:
    given: str = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if given and _is_sound(given) else token_hex(8)
