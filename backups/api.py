"""Plans and backups of /api/v1/."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import APIException, ValidationError
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

from backups import queueing
from backups.errors import BackupError
from backups.models import GOOD, Backup, BackupStatus, Plan
from backups.serializers import BackupSerializer, PlanSerializer
from monitoring.serializers import ErrorSerializer

_VERBS = {"POST": "add", "DELETE": "delete"}
_NOT_FOUND = {404: ErrorSerializer}
_REFUSED = {400: ErrorSerializer}
_CONFLICT = {409: ErrorSerializer}


class ConflictError(APIException):
    """What is asked for does not go with the state that things are in."""

    status_code = 409


class UnavailableError(APIException):
    status_code = 503


class _PlansByMethod(APIView):
    """Reading needs the scope "read", everything else "write"."""

    @property
    def required_scope(self) -> str:
        return "read" if self.request.method in SAFE_METHODS else "write"

    @property
    def required_permission(self) -> str:
        return f"backups.{_VERBS.get(self.request.method or '', 'change')}_plan"


@extend_schema_view(post=extend_schema(responses={201: PlanSerializer, **_REFUSED}))
@extend_schema(responses={200: PlanSerializer, **_REFUSED})
class PlansView(_PlansByMethod, ListCreateAPIView[Plan]):
    """What is backed up, when, where to, and for how long it is kept."""

    serializer_class = PlanSerializer
    queryset = Plan.objects.prefetch_related("destinations").order_by("name")


@extend_schema_view(delete=extend_schema(responses={204: None, **_NOT_FOUND}))
@extend_schema(responses={200: PlanSerializer, **_REFUSED, **_NOT_FOUND})
class PlanView(_PlansByMethod, RetrieveUpdateDestroyAPIView[Plan]):
    """One plan. Its backups outlive it: nobody deletes them then."""

    serializer_class = PlanSerializer
    queryset = Plan.objects.all()

    def get_object(self) -> Plan:
        return get_object_or_404(Plan, pk=_number(self.kwargs["pk"]))


@extend_schema(request=None, responses={202: BackupSerializer, **_CONFLICT, **_NOT_FOUND})
class PlanRunView(APIView):
    """Queues a backup now, whatever the schedule says; 409 while one is under way."""

    required_scope = "write"
    required_permission = "backups.change_plan"

    def post(self, request: Request, pk: str) -> Response:
        plan = get_object_or_404(Plan, pk=_number(pk))
        try:
            backup = queueing.start(plan, _who(request))
        except BackupError as error:
            raise ConflictError(str(error)) from None
        return Response(BackupSerializer(backup).data, status=202)


@extend_schema(
    parameters=[
        OpenApiParameter("plan", str, description="Its name"),
        OpenApiParameter("status", str, description=", ".join(BackupStatus.values)),
    ],
    responses={200: BackupSerializer(many=True), **_REFUSED},
)
class BackupsView(ListAPIView[Backup]):
    """Every run, the newest first; also those that failed, and those that were deleted since."""

    required_scope = "read"
    serializer_class = BackupSerializer
    queryset = Backup.objects.prefetch_related("copies").order_by("-queued_ms", "-id")

    def get_queryset(self) -> QuerySet[Backup]:
        asked = {name: str(text) for name, text in self.request.query_params.items()}
        if "status" in asked and asked["status"] not in BackupStatus.values:
            raise ValidationError({"detail": f"status: one of {', '.join(BackupStatus.values)}"})
        if "\0" in asked.get("plan", ""):
            raise ValidationError({"detail": "plan: holds a null byte"})
        fields = {"status": "status", "plan": "plan_name"}
        wanted = {fields[name]: text for name, text in asked.items() if name in fields}
        return super().get_queryset().filter(**wanted)


@extend_schema(responses={200: BackupSerializer, **_NOT_FOUND})
class BackupView(RetrieveAPIView[Backup]):
    """One run, with its copies and their places."""

    required_scope = "read"
    serializer_class = BackupSerializer
    queryset = Backup.objects.all()

    def get_object(self) -> Backup:
        return get_object_or_404(Backup, pk=_number(self.kwargs["pk"]))


@extend_schema(
    request=None,
    responses={200: BackupSerializer, **_CONFLICT, **_NOT_FOUND, 503: ErrorSerializer},
)
class BackupActionView(APIView):
    """Cancel it, have its checksum compared, keep it for ever, or no longer."""

    required_scope = "write"
    required_permission = "backups.change_backup"

    def post(self, request: Request, pk: str, action: str) -> Response:
        backup = get_object_or_404(Backup, pk=_number(pk))
        _ACTIONS[action](backup, _who(request))
        backup.refresh_from_db()
        return Response(BackupSerializer(backup).data)


def _cancel(backup: Backup, by: str) -> None:
    if not queueing.cancel(backup, by):
        raise ConflictError(f"{backup} cannot be cancelled: it is {backup.status}")


def _verify(backup: Backup, by: str) -> None:
    try:
        queueing.verify(backup, by)
    except BackupError as error:
        # Of a good backup, only a broker that is away refuses the proof.
        refusal = UnavailableError if backup.status in GOOD else ConflictError
        raise refusal(str(error)) from None


def _pin(backup: Backup, by: str) -> None:
    Backup.objects.filter(pk=backup.pk).update(pinned=True)


def _unpin(backup: Backup, by: str) -> None:
    Backup.objects.filter(pk=backup.pk).update(pinned=False)


_ACTIONS: dict[str, Callable[[Backup, str], None]] = {
    "cancel": _cancel,
    "verify": _verify,
    "pin": _pin,
    "unpin": _unpin,
}


def _who(request: Request) -> str:
    """A person by name, a token by its own."""
    return str(request.user) if request.user.is_authenticated else str(request.auth or "API")


def _number(pk: str) -> int:
    return min(int(pk), 2**63 - 1)
