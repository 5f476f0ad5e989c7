"""The health endpoints: thin shells over looks that are bounded and shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from opsportal.health.detailed import detailed, summary
from opsportal.health.look import shared_look

HEALTH_JSON = "application/health+json"
ALIVE = {"status": "alive"}


class HealthJSONRenderer(JSONRenderer):
    media_type = HEALTH_JSON
    format = "health"


class HealthNegotiation(BaseContentNegotiation):
    """health+json for who asks for it, JSON for everybody else: a probe is never refused."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = HEALTH_JSON in request.META.get("HTTP_ACCEPT", "")
        chosen = renderers[1 if wanted else 0]
        return chosen, chosen.media_type or ""


class HealthView(APIView):
    """Open to everybody, and free of everything that would cost a probe time."""

    authentication_classes: Sequence[Any] = ()
    permission_classes: Sequence[Any] = ()
    renderer_classes = (JSONRenderer, HealthJSONRenderer)
    content_negotiation_class = HealthNegotiation

    def answer(self, body: Mapping[str, Any], *, fine: bool = True) -> Response:
        return Response(body, status=200 if fine else 503, headers={"Cache-Control": "no-store"})


@extend_schema(responses={200: OpenApiTypes.OBJECT})
class LivenessView(HealthView):
    """The process answers. No input or output: nothing else can make it restart."""

    def get(self, request: Request) -> Response:
        return self.answer(ALIVE)


@extend_schema(responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT})
class ReadinessView(HealthView):
    """The portal can serve: database, migrations and broker each answered within two seconds."""

    def get(self, request: Request) -> Response:
        look = shared_look.get()
        word = "ready" if look.ready else "not ready"
        return self.answer({"status": word, "checks": dict(look.checks)}, fine=look.ready)


@extend_schema(responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT})
class HealthSummaryView(HealthView):
    """healthy, degraded or unhealthy."""

    def get(self, request: Request) -> Response:
        body = summary(datetime.now(UTC))
        return self.answer(body, fine=body["status"] != "unhealthy")


@extend_schema(responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT})
class DetailedView(APIView):
    """Everything that the portal knows of itself and its host. Needs a session or a token."""

    required_scope = "read"
    renderer_classes = (JSONRenderer, HealthJSONRenderer)
    content_negotiation_class = HealthNegotiation

    def get(self, request: Request) -> Response:
        body = detailed(datetime.now(UTC))
        status = 503 if body["status"] == "unhealthy" else 200
        return Response(body, status=status, headers={"Cache-Control": "no-store"})
