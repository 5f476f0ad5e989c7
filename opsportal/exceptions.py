"""Every error of the API is JSON with `detail`, whatever went wrong."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)

MALFORMED = "The request is malformed."
SILENT = "The database does not answer."
# SQLite says "database or disk is full", PostgreSQL "disk full" or "No space left on device".
FULL = "The database's disk is full; nothing was recorded."
_FULL = ("is full", "disk full", "No space left")
SERVER_ERROR = "Something went wrong here. The server's log says what."


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """For DRF's EXCEPTION_HANDLER."""
    if isinstance(error, DatabaseError):
        logger.error("database: %s", error)
        is_full = any(word in str(error) for word in _FULL)
        return Response({"detail": FULL if is_full else SILENT}, status=503)
    if isinstance(error, RequestDataTooBig):
        return Response({"detail": "The body is too large; send less at a time."}, status=413)
    if isinstance(error, SuspiciousOperation):
        return Response({"detail": MALFORMED}, status=400)
    response = exception_handler(error, context)
    if response is not None and isinstance(error, ValidationError):
        response.data = _validation(response.data)
    return response


def _validation(data: Any) -> dict[str, Any]:
    """One sentence for people, the fields for programs."""
    if isinstance(data, dict) and "detail" not in data:
        return {"detail": _first(data), "errors": data}
    return {"detail": data[0]} if isinstance(data, list) and data else data


def _first(data: Any) -> str:
    """What is wrong with the first field, however deep: settings: url: must be a URL."""
    if isinstance(data, dict) and data:
        name, within = next(iter(data.items()))
        return f"{name}: {_first(within)}"
    if isinstance(data, list) and data:
        return _first(data[0])
    return str(data)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/metrics"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"detail": str(exception) or "You may not do this."}, status=403)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"detail": f"Nothing is at {request.path[:200]}."}, status=404)
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"detail": MALFORMED}, status=400)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"detail": SERVER_ERROR}, status=500)
    return defaults.server_error(request)
