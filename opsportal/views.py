"""/metrics, for Prometheus."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from opsportal import prometheus
from opsportal.lib.client_address import client_address
from opsportal.permissions import HasScope
from opsportal.reference.views import AnyAccept


class FromAllowedNetwork(BasePermission):
    """METRICS_ALLOWED_NETWORKS: scrapers that cannot hold a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        try:
            address = ipaddress.ip_address(client_address(request.META))
        except ValueError:
            return False
        networks = settings.METRICS_ALLOWED_NETWORKS
        return any(address in ipaddress.ip_network(network) for network in networks)


class MetricsView(APIView):
    content_negotiation_class = AnyAccept
    required_scope = "read"
    permission_classes = (FromAllowedNetwork | HasScope,)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return prometheus.respond(request._request)
