"""Times every request, for WSGI and ASGI. Put it first: it then times all the others too."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from monitoring.route_names import NO_ROUTE
from monitoring.streams import follow
from monitoring.traffic import WAKE_LENGTH, Recorder, configuration, process_recorder

Handler = Callable[[HttpRequest], Any]
# As nginx has it: nobody waited for the answer, which is no error of the server's.
CLIENT_CLOSED_REQUEST = 499


@sync_and_async_middleware
def TrafficMiddleware(get_response: Handler) -> Handler:  # noqa: N802  (MIDDLEWARE names it)
    """Functions and not methods: the variables of a closure are the cheapest to reach."""
    meter = Meter(process_recorder(), configuration()["EXCLUDE"])
    finish, escaped = meter.finish, meter.escaped

    if iscoroutinefunction(get_response):
        get_async: Callable[[HttpRequest], Awaitable[HttpResponseBase]] = get_response

        async def middleware_async(request: HttpRequest) -> HttpResponseBase:
            started = perf_counter()
            try:
                response = await get_async(request)
            except CancelledError:
                escaped(request, started, CLIENT_CLOSED_REQUEST)
                raise
            except BaseException:
                escaped(request, started)
                raise
            finish(request, response, started)
            return response

        return middleware_async

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = perf_counter()
        try:
            response: HttpResponseBase = get_response(request)
        except BaseException:
            escaped(request, started)
            raise
        finish(request, response, started)
        return response

    return middleware


class Meter:
    """Stamps responses and hands timings to the recorder; `exclude` are patterns of paths."""

    def __init__(self, recorder: Recorder, exclude: list[str]) -> None:
        self.recorder = recorder
        # Without a pattern, one that matches nothing.
        self._excluded = re.compile("|".join(exclude) or r"(?!)").search

    def finish(self, request: HttpRequest, response: HttpResponseBase, started: float) -> None:
        milliseconds = (perf_counter() - started) * 1000
        text = f"{milliseconds:.2f}"
        # Past the headers' own assignment, which looks for line breaks and encodes: of a number it
        # would be most of what this middleware costs.
        stored = response.headers._store
        stored["x-response-time-ms"] = ("X-Response-Time-ms", text)
        known = stored.get("server-timing")
        # The application's own entries stay.
        total = f"{known[1]}, total;dur={text}" if known else f"total;dur={text}"
        stored["server-timing"] = ("Server-Timing", total)
        if self._excluded(request.path_info):
            return
        if response.streaming:
            self._follow(request, response, started)
        else:
            self._append(request, response.status_code, milliseconds)

    def _follow(self, request: HttpRequest, response: Any, started: float) -> None:
        status = response.status_code
        follow(response, lambda broke: self._ended(request, 500 if broke else status, started))

    def escaped(self, request: HttpRequest, started: float, status: int = 500) -> None:
        """What Django did not turn into a response: the server will answer 500."""
        if not self._excluded(request.path_info):
            self._ended(request, status, started)

    def _ended(self, request: HttpRequest, status: int, started: float) -> None:
        self._append(request, status, (perf_counter() - started) * 1000)

    def _append(self, request: HttpRequest, status: int, milliseconds: float) -> None:
        match, recorder = request.resolver_match, self.recorder
        route = match.route if match else NO_ROUTE
        recorder.append((route, request.method or "", status, milliseconds))
        if not recorder.running:
            recorder.start()
        elif len(recorder.buffer) > WAKE_LENGTH:
            recorder.wake()
