"""Refuses with 429 and Retry-After whoever asks too often, before anything costs time.

In the memory of each process: a look costs a few microseconds, where a shared counter in the
broker would cost a round trip and fail with it. With N web workers up to N times as much may pass.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from time import monotonic
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware

from opsportal.lib.client_address import client_address, network_of
from opsportal.throttling.limits import Group, Limits, admit

Handler = Callable[[HttpRequest], Any]
MOST_ADDRESSES = 20_000
logger = logging.getLogger(__name__)


@sync_and_async_middleware
def ThrottlingMiddleware(get_response: Handler) -> Handler:  # noqa: N802  (MIDDLEWARE names it)
    gate = Gate(settings.RATE_LIMITS)

    if iscoroutinefunction(get_response):

        async def middleware_async(request: HttpRequest) -> Any:
            return gate.refusal(request) or await get_response(request)

        return middleware_async

    def middleware(request: HttpRequest) -> Any:
        return gate.refusal(request) or get_response(request)

    return middleware


class Gate:
    """Remembers when each address is due, for each group. Threads may race: one request more or
    less does not matter, a lock for each would."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._due: dict[tuple[Group, str], float] = {}

    def refusal(self, request: HttpRequest) -> HttpResponse | None:
        group = group_of(request)
        limit = self._limits.get(group) if group else None
        if group is None or limit is None:
            return None
        key, now = (group, network_of(client_address(request.META))), self._clock()
        wait, self._due[key] = admit(self._due.get(key, 0.0), now, limit)
        if len(self._due) > MOST_ADDRESSES:
            self._forget(now)
        return _refused(request, group, wait) if wait else None

    def _forget(self, now: float) -> None:
        """Who is not ahead of time is as good as new; a flood of addresses starts all over."""
        kept = {key: due for key, due in list(self._due.items()) if due > now}
        self._due = kept if len(kept) < MOST_ADDRESSES // 2 else {}


def group_of(request: HttpRequest) -> Group | None:
    path = request.path_info
    if path.startswith("/ping/"):
        return Group.PING
    if path.startswith("/api/health"):
        return Group.HEALTH
    if path.startswith(("/api/", "/metrics")):
        return Group.API
    if path.startswith("/status"):
        # Each one may send a mail. Confirming and unsubscribing, which big providers do for many
        # from one address, does not.
        asks = request.method == "POST" and path.startswith("/status/subscribe")
        return Group.SUBSCRIBE if asks else Group.STATUS
    if request.method == "POST" and path.startswith(settings.LOGIN_PATHS):
        return Group.LOGIN
    return None


def _refused(request: HttpRequest, group: Group, wait: float) -> HttpResponse:
    seconds = max(1, math.ceil(wait))
    if group == Group.LOGIN:
        logger.warning("too many attempts to log in from %s", client_address(request.META))
    response = _answer(request, group, seconds)
    response["Retry-After"] = str(seconds)
    return response


def _answer(request: HttpRequest, group: Group, seconds: int) -> HttpResponse:
    told = f"Too many requests from your address. Try again in {seconds} s."
    if group == Group.PING:
        return HttpResponse(told, status=429, content_type="text/plain")
    if group in {Group.HEALTH, Group.API}:
        return JsonResponse({"detail": told}, status=429)
    return render(request, "429.html", {"told": told}, status=429)
