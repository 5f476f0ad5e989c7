"""/metrics, the API's schema and its page."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from opsportal import prometheus
from opsportal.permissions import HasScope


class FromAllowedNetwork(BasePermission):
    """METRICS_ALLOWED_NETWORKS: scrapers that cannot hold a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        try:
            address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
        except ValueError:
            return False
        networks = settings.METRICS_ALLOWED_NETWORKS
        return any(address in ipaddress.ip_network(network) for network in networks)


class MetricsView(APIView):
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
