"""The pinging API, as Healthchecks' clients know it. docs/heartbeats.md."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.log import log_response

from monitoring.heartbeats.pinging import record_ping
from monitoring.heartbeats.received import BODY_LIMIT_BYTES, MalformedPingError, received

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
_ALLOWED = "GET, HEAD, POST, OPTIONS"
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Ping-Body-Limit": str(BODY_LIMIT_BYTES),
}
_PREFLIGHT = {
    **_HEADERS,
    "Allow": _ALLOWED,
    "Access-Control-Allow-Methods": _ALLOWED,
    "Access-Control-Allow-Headers": "*",
}
KeyCheck = Callable[[str], bool]


def ping_by_uuid(request: HttpRequest, uuid: str, action: str = "") -> HttpResponse:
    return _answer(request, lambda: _record(request, UUID(uuid), action))


def ping_by_slug(
    request: HttpRequest, key: str, slug: str, is_ping_key: KeyCheck, action: str = ""
) -> HttpResponse:
    """`is_ping_key` is the URLconf's: whose keys these are is not this room's business."""
    return _answer(request, lambda: is_ping_key(key) and _record(request, slug, action))


def not_found(request: HttpRequest) -> HttpResponse:
    return _answer(request, lambda: False)


def _record(request: HttpRequest, address: UUID | str, action: str) -> bool:
    return record_ping((address, received(request, action)))


def _answer(request: HttpRequest, record: Callable[[], bool]) -> HttpResponse:
    if request.method == "OPTIONS":
        # A browser asks whether it may ping: that is no ping yet.
        return HttpResponse(headers=_PREFLIGHT)
    response = _recorded(request, record)
    add_never_cache_headers(response)
    if response.status_code >= 400:
        # In Django's place, which would log the path and in it the key.
        log_response("ping refused: %s", response.content.decode(), response=response)
    return response


def _recorded(request: HttpRequest, record: Callable[[], bool]) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        return _text("method not allowed", 405, {"Allow": _ALLOWED})
    try:
        return _text("OK", 200) if record() else _text("not found", 404)
    except MalformedPingError as error:
        return _text(str(error), 400)
    except (Error, TimeoutError) as error:
        logger.warning("a ping could not be recorded: %s", error)
        return _text("try again", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def _text(text: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    headers = {**_HEADERS, **(headers or {})}
    return HttpResponse(text, status=status, headers=headers, content_type="text/plain")
