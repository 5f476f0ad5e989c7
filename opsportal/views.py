"""/metrics, the API's schema and its page."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsportal import prometheus
from opsportal.lib.client_address import client_address
from opsportal.permissions import HasScope


class FromAllowedNetwork(BasePermission):
    """METRICS_ALLOWED_NETWORKS: scrapers that cannot hold a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        try:
            address = ipaddress.ip_address(client_address(request.META))
        except ValueError:
            return False
        networks = settings.METRICS_ALLOWED_NETWORKS
        return any(address in ipaddress.ip_network(network) for network in networks)


class AnyAccept(DefaultContentNegotiation):
    """Scrapers ask for text, which the view writes itself; only a refusal is rendered, as JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class MetricsView(APIView):
    content_negotiation_class = AnyAccept
    required_scope = "read"
    permission_classes = (FromAllowedNetwork | HasScope,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return prometheus.respond(request._request)


class SchemaView(SpectacularJSONAPIView):
    """OpenAPI 3.1."""


class DocsView(SpectacularSwaggerSplitView):
    """Its scripts come from this server, and none stands inside the page."""

    url_name = "api-schema"
    # The package's template has an inline style, which the content security policy refuses.
    template_name = "api/docs.html"

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        if response.exception:  # there is no page for it
            request.accepted_renderer = JSONRenderer()
            request.accepted_media_type = JSONRenderer.media_type
        finalized: Response = super().finalize_response(request, response, *args, **kwargs)
        return finalized
