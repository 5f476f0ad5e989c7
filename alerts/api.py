"""Alerts, silences, thresholds and channels of /api/v1/."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import (
    ListAPIView,
    ListCreateAPIView,
    RetrieveAPIView,
    RetrieveUpdateDestroyAPIView,
)
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import acting
from alerts.deliveries import queue_test
from alerts.models import Alert, AlertState, Channel, Severity, Silence, Threshold
from alerts.outbox import deliver_now
from alerts.serializers import (
    AlertSerializer,
    AlertWithEventsSerializer,
    ChannelSerializer,
    DeliverySerializer,
    SilenceSerializer,
    ThresholdSerializer,
)
from monitoring.serializers import ErrorSerializer

_VERBS = {"POST": "add", "DELETE": "delete"}
_ACTIONS = {"acknowledge": acting.acknowledge, "resolve": acting.resolve}
_NOT_FOUND = {404: ErrorSerializer}
_REFUSED = {400: ErrorSerializer}


class _ByMethod(APIView):
    """Reading needs the scope "read", everything else "write"."""

    model: type[Model]

    @property
    def required_scope(self) -> str:
        return "read" if self.request.method in SAFE_METHODS else "write"

    @property
    def required_permission(self) -> str:
        verb = _VERBS.get(self.request.method or "", "change")
        return f"alerts.{verb}_{self.model._meta.model_name}"

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = super().get_serializer_context()  # type: ignore[misc]
        return {
            **context,
            "author": _who(self.request),
            "now_ms": time.time_ns() // 1_000_000,
        }

    def get_object(self) -> Any:
        return get_object_or_404(self.model._default_manager, pk=_number(self.kwargs["pk"]))


def _who(request: Request) -> str:
    """A person by name, a token by its own."""
    return str(request.user) if request.user.is_authenticated else str(request.auth or "API")


def _number(pk: str) -> int:
    return min(int(pk), 2**63 - 1)


@extend_schema(
    parameters=[
        OpenApiParameter("state", str, description="pending, firing, resolved"),
        OpenApiParameter("severity", str, description="info, warning, critical"),
        OpenApiParameter("threshold", str, description="Its name"),
    ],
    responses={200: AlertSerializer(many=True), **_REFUSED},
)
class AlertsView(ListAPIView[Alert]):
    """Every alert, the newest first."""

    required_scope = "read"
    serializer_class = AlertSerializer
    queryset = Alert.objects.order_by("-started_ms", "-id")

    def get_queryset(self) -> QuerySet[Alert]:
        asked = {name: str(text) for name, text in self.request.query_params.items()}
        for name, known in (("state", AlertState), ("severity", Severity)):
            if name in asked and asked[name] not in known.values:
                raise ValidationError({"detail": f"{name}: one of {', '.join(known.values)}"})
        if "\0" in asked.get("threshold", ""):
            raise ValidationError({"detail": "threshold: holds a null byte"})
        fields = {"state": "state", "severity": "severity", "threshold": "name"}
        wanted = {fields[name]: text for name, text in asked.items() if name in fields}
        return super().get_queryset().filter(**wanted)


@extend_schema(responses={200: AlertWithEventsSerializer, **_NOT_FOUND})
class AlertView(RetrieveAPIView[Alert]):
    """One alert with its history: who was told, who was not, and why."""

    required_scope = "read"
    serializer_class = AlertWithEventsSerializer
    queryset = Alert.objects.prefetch_related("events__channel")

    def get_object(self) -> Alert:
        return get_object_or_404(self.get_queryset(), pk=_number(self.kwargs["pk"]))


@extend_schema(request=None, responses={200: AlertSerializer, **_NOT_FOUND})
class AlertActionView(APIView):
    """Acknowledge it, resolve it. Doing so twice changes nothing."""

    required_scope = "write"
    required_permission = "alerts.change_alert"

    def post(self, request: Request, pk: str, action: str) -> Response:
        alert = get_object_or_404(Alert, pk=_number(pk))
        _ACTIONS[action](alert, _who(request))
        alert.refresh_from_db()
        return Response(AlertSerializer(alert).data)


@extend_schema_view(post=extend_schema(responses={201: SilenceSerializer, **_REFUSED}))
@extend_schema(responses={200: SilenceSerializer, **_REFUSED})
class SilencesView(_ByMethod, ListCreateAPIView[Silence]):
    """For a time, alerts that match are recorded and nobody is told."""

    model = Silence
    serializer_class = SilenceSerializer
    queryset = Silence.objects.order_by("-ends_ms", "-id")


@extend_schema(responses={200: SilenceSerializer, **_NOT_FOUND})
class SilenceView(_ByMethod, RetrieveAPIView[Silence]):
    """Deleting ends it now: history keeps that it was."""

    model = Silence
    serializer_class = SilenceSerializer
    queryset = Silence.objects.all()

    @extend_schema(responses={204: None, **_NOT_FOUND})
    def delete(self, request: Request, pk: str) -> Response:
        now_ms = time.time_ns() // 1_000_000
        found = self.get_object()
        Silence.objects.filter(pk=found.pk, starts_ms__gte=now_ms).delete()
        Silence.objects.filter(pk=found.pk, ends_ms__gt=now_ms).update(ends_ms=now_ms)
        return Response(status=204)


@extend_schema_view(post=extend_schema(responses={201: ThresholdSerializer, **_REFUSED}))
@extend_schema(responses={200: ThresholdSerializer, **_REFUSED})
class ThresholdsView(_ByMethod, ListCreateAPIView[Threshold]):
    """All thresholds; a new one is evaluated within seconds."""

    model = Threshold
    serializer_class = ThresholdSerializer
    queryset = Threshold.objects.prefetch_related("channels").order_by("name")


@extend_schema_view(delete=extend_schema(responses={204: None, **_NOT_FOUND}))
@extend_schema(responses={200: ThresholdSerializer, **_REFUSED, **_NOT_FOUND})
class ThresholdView(_ByMethod, RetrieveUpdateDestroyAPIView[Threshold]):
    """One threshold. Its alerts outlive it."""

    model = Threshold
    serializer_class = ThresholdSerializer
    queryset = Threshold.objects.all()


@extend_schema_view(post=extend_schema(responses={201: ChannelSerializer, **_REFUSED}))
@extend_schema(responses={200: ChannelSerializer, **_REFUSED})
class ChannelsView(_ByMethod, ListCreateAPIView[Channel]):
    """Where people hear."""

    model = Channel
    serializer_class = ChannelSerializer
    queryset = Channel.objects.order_by("name")


@extend_schema_view(delete=extend_schema(responses={204: None, **_NOT_FOUND}))
@extend_schema(responses={200: ChannelSerializer, **_REFUSED, **_NOT_FOUND})
class ChannelView(_ByMethod, RetrieveUpdateDestroyAPIView[Channel]):
    """One channel."""

    model = Channel
    serializer_class = ChannelSerializer
    queryset = Channel.objects.all()


@extend_schema(request=None, responses={200: DeliverySerializer, **_NOT_FOUND})
class ChannelTestView(APIView):
    """Sends a made-up alert the whole way and waits for the answer."""

    required_scope = "write"
    required_permission = "alerts.change_channel"

    def post(self, request: Request, pk: str) -> Response:
        channel = get_object_or_404(Channel, pk=_number(pk))
        delivery = deliver_now(queue_test(channel, _who(request)).pk)
        return Response(DeliverySerializer(delivery).data)
