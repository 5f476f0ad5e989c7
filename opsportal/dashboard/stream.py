"""Server-sent events: tells an open dashboard of a change of state without being asked.

The web server holds a thread for as long as a stream is open (WSGI). So streams have at most a
quarter of a process's threads, each for STREAM_SECONDS, after which the browser comes back by
itself; a page that finds no room asks every second (`pulse`) and hears as soon. Two hundred open
dashboards can therefore not lock anybody out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib import admin
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.streams import follow
from opsportal.access.needs import DASHBOARD, missing
from opsportal.dashboard.pulse import shared_version
from opsportal.draining import leaving

STREAM_SECONDS = 25.0
# Well within the second that a change may take to show.
LOOK_SECONDS = 0.25
# A browser that is gone is found out by the next write.
ALIVE_SECONDS = 5.0
RETRY_MS = 200


class Room:
    """For so many streams at once in this process."""

    def __init__(self, most: int) -> None:
        self._left, self._lock = most, threading.Lock()

    def take(self) -> bool:
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def give_back(self) -> None:
        with self._lock:
            self._left += 1


ROOM = Room(settings.WEB_THREADS // 4)


@never_cache
@require_safe
def stream(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Refused are strangers, and whoever finds no room; a browser gives up then, and polls."""
    if not admin.site.has_permission(request) or missing(request.user, DASHBOARD):
        return HttpResponse(status=403)
    room = ROOM
    # An async server would gather the whole stream before it sends any of it.
    if isinstance(request, ASGIRequest) or leaving.is_set() or not room.take():
        return HttpResponse(status=204)
    response = StreamingHttpResponse(
        events(shared_version.get, leaving.wait), content_type="text/event-stream"
    )
    # A proxy that gathers before it sends would keep the news back.
    response["X-Accel-Buffering"] = "no"
    follow(response, lambda _broke: room.give_back())
    return response


def events(
    read_version: Callable[[], str],
    wait: Callable[[float], bool],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """The version now, then each other one. Ends after STREAM_SECONDS, when `wait` says that the
    server leaves, or when the database does not answer: the page then finds out by itself."""
    ends = clock() + STREAM_SECONDS
    told, told_at = "", 0.0
    yield f"retry: {RETRY_MS}\n\n"
    while clock() < ends:
        try:
            version = read_version()
        except DatabaseError:
            return
        if version != told:
            told, told_at = version, clock()
            yield f"data: {version}\n\n"
        elif clock() - told_at >= ALIVE_SECONDS:
            told_at = clock()
            yield ":\n\n"
        if wait(LOOK_SECONDS):
            return
