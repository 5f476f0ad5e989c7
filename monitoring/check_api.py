"""The checks of /api/v1/."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.generics import ListAPIView, ListCreateAPIView, RetrieveUpdateDestroyAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring.check_serializers import (
    AvailabilitySerializer,
    CheckSerializer,
    PingSerializer,
    TransitionSerializer,
    WholeCheckSerializer,
)
from monitoring.editing import run_now, set_enabled
from monitoring.heartbeats.pruning import KEPT_PINGS
from monitoring.history import availability_by_period
from monitoring.models import Check, Ping, Transition
from monitoring.probes.registry import LABELS
from monitoring.serializers import ErrorSerializer
from monitoring.tags import tagged

_PERMISSIONS = {"POST": "monitoring.add_check", "DELETE": "monitoring.delete_check"}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_ACTIONS: dict[str, Callable[[Check], bool]] = {
    "run": run_now,
    "pause": partial(set_enabled, enabled=False),
    "resume": partial(set_enabled, enabled=True),
}


class _ByMethod(APIView):
    """Reading needs the scope "read", everything else "write"."""

    @property
    def required_scope(self) -> str:
        return "read" if self.request.method in SAFE_METHODS else "write"

    @property
    def required_permission(self) -> str:
        return _PERMISSIONS.get(self.request.method or "", "monitoring.change_check")


def _checks() -> QuerySet[Check]:
    return Check.objects.select_related("state").order_by("name")


def _check_or_404(pk: str) -> Check:
    return get_object_or_404(_checks(), pk=min(int(pk), 2**63 - 1))


@extend_schema(responses={200: CheckSerializer, 400: ErrorSerializer})
class ChecksView(_ByMethod, ListCreateAPIView[Check]):
    """All checks; a new one is probed within seconds."""

    serializer_class = CheckSerializer
    queryset = _checks()

    @extend_schema(
        parameters=[
            OpenApiParameter("status", str, description="up, degraded, down, unknown, paused, new"),
            OpenApiParameter("kind", str),
            OpenApiParameter("enabled", bool),
            OpenApiParameter("tag", str),
            OpenApiParameter("name", str, description="Part of the name, in any case"),
        ],
        responses={200: CheckSerializer(many=True), 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(responses={201: CheckSerializer, 400: ErrorSerializer})
    def post(self, request: Request) -> Response:
        return self.create(request)

    def get_queryset(self) -> QuerySet[Check]:
        found = _checks()
        asked = {name: _text(str(text)) for name, text in self.request.query_params.items()}
        if "status" in asked:
            found = found.filter(state__status=asked["status"])
        if "kind" in asked:
            found = found.filter(kind=_known_kind(asked["kind"]))
        if "enabled" in asked:
            found = found.filter(enabled=_boolean(asked["enabled"]))
        if "tag" in asked:
            found = found.filter(tagged(asked["tag"]))
        if "name" in asked:
            found = found.filter(name__icontains=asked["name"])
        return found


@extend_schema(responses={200: WholeCheckSerializer, 400: ErrorSerializer, 404: ErrorSerializer})
class CheckView(_ByMethod, RetrieveUpdateDestroyAPIView[Check]):
    """One check, with what its last probe has seen; an edit has it probed within seconds."""

    serializer_class = WholeCheckSerializer
    queryset = _checks()

    def get_object(self) -> Check:
        return _check_or_404(self.kwargs["pk"])

    @extend_schema(responses={204: None, 404: ErrorSerializer})
    def delete(self, request: Request, pk: str) -> Response:
        self.get_object().delete()
        return Response(status=204)


class NotRun(APIException):
    status_code = 409
    default_code = "not_run"
    default_detail = "A paused check is not run, and a heartbeat waits for its job."


_ACTED = {200: CheckSerializer, 404: ErrorSerializer, 409: ErrorSerializer}


@extend_schema(request=None, responses=_ACTED)
class CheckActionView(APIView):
    """Run it now, pause it, resume it. 409 where there is nothing to run."""

    required_scope = "write"
    required_permission = "monitoring.change_check"

    @extend_schema(operation_id="checks_act")
    def post(self, request: Request, pk: str, action: str) -> Response:
        if not _ACTIONS[action](_check_or_404(pk)):
            raise NotRun
        return Response(CheckSerializer(_check_or_404(pk), context={"request": request}).data)


@extend_schema(responses={200: TransitionSerializer(many=True), 404: ErrorSerializer})
class ResultsView(ListAPIView[Transition]):
    """Every change of a check's status, the newest first."""

    required_scope = "read"
    serializer_class = TransitionSerializer
    queryset = Transition.objects.none()

    def get_queryset(self) -> QuerySet[Transition]:
        check = _check_or_404(self.kwargs["pk"])
        return Transition.objects.filter(owner=check).order_by("-time_ms", "-id")


@extend_schema(responses={200: PingSerializer(many=True), 404: ErrorSerializer})
class PingsView(ListAPIView[Ping]):
    """The last hundred pings of a heartbeat with their bodies, the newest first."""

    required_scope = "read"
    serializer_class = PingSerializer
    queryset = Ping.objects.none()

    def get_queryset(self) -> QuerySet[Ping]:
        pings = Ping.objects.filter(owner=_check_or_404(self.kwargs["pk"]))
        # A few more are stored: they are pruned by the dozen.
        return pings.order_by("-id")[:KEPT_PINGS]


@extend_schema(responses={200: AvailabilitySerializer(many=True), 404: ErrorSerializer})
class AvailabilityView(APIView):
    """Of the last 24 hours, 7, 30 and 90 days; planned work, unknown and paused time count neither
    way."""

    required_scope = "read"

    def get(self, request: Request, pk: str) -> Response:
        found = availability_by_period(_check_or_404(pk), time.time_ns() // 1_000_000)
        rows = [
            {"period": name, "percent": each.percent, "down_seconds": each.down_ms / 1000}
            for name, each in found.items()
        ]
        return Response(AvailabilitySerializer(rows, many=True).data)


def _text(text: str) -> str:
    if "\0" in text:
        raise ValidationError({"detail": "a parameter holds a null byte"})
    return text


def _known_kind(text: str) -> str:
    if text not in LABELS:
        raise ValidationError({"detail": f"kind: one of {', '.join(LABELS)}"})
    return text


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValidationError({"detail": "enabled: true or false"})
    return _BOOLEANS[text.lower()]
