"""The API's schema, and its page: drawn here, so that it needs no script and 1 MB less."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from opsportal.reference.operations import Reference, reference_of


class AnyAccept(DefaultContentNegotiation):
    """For what a view writes itself, whatever is asked for: only refusals are rendered, as JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class SchemaView(SpectacularJSONAPIView):
    """OpenAPI 3.1."""


class DocsView(APIView):
    content_negotiation_class = AnyAccept

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        context = {
            **admin.site.each_context(request._request),
            "title": "API",
            "reference": _reference(datetime.now(UTC).date()),
            "root": request.build_absolute_uri("/").rstrip("/"),
            "is_nav_sidebar_enabled": False,
        }
        return render(request._request, "api/reference.html", context)


@lru_cache(maxsize=1)
def _reference(today: date) -> Reference:
    """What the code says, and examples that name tomorrow."""
    generator: Any = SchemaGenerator
    return reference_of(generator().get_schema(request=None, public=True))
