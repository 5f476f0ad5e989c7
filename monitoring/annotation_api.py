"""Annotations of /api/v1/: a deployment script tells what it did, charts show when."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView, ListCreateAPIView, RetrieveUpdateDestroyAPIView
from rest_framework.permissions import SAFE_METHODS

from monitoring.annotations import MOST_TAGS, TAG_LENGTH
from monitoring.check_serializers import refuse_what_databases_cannot_store
from monitoring.ingest import RefusedPointError, parse_time_ms
from monitoring.models import Annotation
from monitoring.serializers import ErrorSerializer, iso
from monitoring.tags import tagged
from monitoring.windows import WrongRangeError, moment_ms

_ERRORS = {400: ErrorSerializer}
_VERBS = {"POST": "add", "DELETE": "delete"}


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field[int, Any, str, Any]):
    """A time in ms since the epoch, as ISO 8601 outside."""

    def to_representation(self, value: int) -> str:
        return iso(value)

    def to_internal_value(self, data: Any) -> int:
        try:
            moment_ms = parse_time_ms(data)
        except RefusedPointError as error:
            raise serializers.ValidationError(str(error)) from None
        if moment_ms < 0:
            raise serializers.ValidationError("It is before 1970.")
        return moment_ms


class AnnotationSerializer(serializers.ModelSerializer[Annotation]):
    """`time` is now where it is left out; without `end` it is a moment."""

    time = MomentField(source="time_ms", required=False)
    end = MomentField(source="end_ms", required=False, allow_null=True)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH), required=False, max_length=MOST_TAGS
    )

    class Meta:
        model = Annotation
        fields = ("id", "time", "end", "kind", "text", "tags", "created_by")
        read_only_fields = ("created_by",)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields), key=str)
            if unknown:
                raise serializers.ValidationError({str(unknown[0]): ["There is no such field."]})
            refuse_what_databases_cannot_store(data)
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None:
            attrs.setdefault("time_ms", time.time_ns() // 1_000_000)
        start_ms = attrs.get("time_ms", self.instance.time_ms if self.instance else 0)
        if "end_ms" in attrs and attrs["end_ms"] is not None and attrs["end_ms"] < start_ms:
            raise serializers.ValidationError({"end": "It is before the time."})
        return attrs


class _ByMethod(GenericAPIView[Annotation]):
    """Reading needs the scope "read", everything else "write"."""

    serializer_class = AnnotationSerializer
    queryset = Annotation.objects.all()

    @property
    def required_scope(self) -> str:
        return "read" if self.request.method in SAFE_METHODS else "write"

    @property
    def required_permission(self) -> str:
        return f"monitoring.{_VERBS.get(self.request.method or '', 'change')}_annotation"


@extend_schema_view(
    get=extend_schema(
        parameters=[
            OpenApiParameter("kind", str, description=", ".join(Annotation.Kind.values)),
            OpenApiParameter("tag", str),
            OpenApiParameter("start", str, description="Unix seconds or ISO 8601: not before it"),
            OpenApiParameter("end", str, description="Unix seconds or ISO 8601: before it"),
        ],
        responses={200: AnnotationSerializer, **_ERRORS},
    ),
    post=extend_schema(responses={201: AnnotationSerializer, **_ERRORS}),
)
class AnnotationsView(_ByMethod, ListCreateAPIView[Annotation]):
    """What was done to the system and when, the newest first."""

    def get_queryset(self) -> QuerySet[Annotation]:
        asked = {name: str(text) for name, text in self.request.query_params.items()}
        found = super().get_queryset()
        kind, tag = asked.get("kind", ""), asked.get("tag", "")
        if kind and kind not in Annotation.Kind.values:
            known = ", ".join(Annotation.Kind.values)
            raise ValidationError({"detail": f"kind: one of {known}"})
        if "\0" in tag:
            raise ValidationError({"detail": "tag: holds a null byte"})
        found = found.filter(kind=kind) if kind else found
        found = found.filter(tagged(tag)) if tag else found
        try:
            start_ms, end_ms = moment_ms(asked, "start", 0), moment_ms(asked, "end", 2**53)
        except WrongRangeError as error:
            raise ValidationError({"detail": str(error)}) from None
        return found.filter(time_ms__gte=start_ms, time_ms__lt=end_ms)

    def perform_create(self, serializer: serializers.BaseSerializer[Annotation]) -> None:
        user = self.request.user
        by = str(user) if user.is_authenticated else str(self.request.auth or "API")
        serializer.save(created_by=by[:150])


@extend_schema_view(delete=extend_schema(responses={204: None, 404: ErrorSerializer}))
@extend_schema(responses={200: AnnotationSerializer, 404: ErrorSerializer, **_ERRORS})
class AnnotationView(_ByMethod, RetrieveUpdateDestroyAPIView[Annotation]):
    """One of them: a deployment that is over gets its `end` by PATCH."""

    def get_object(self) -> Annotation:
        self.kwargs["pk"] = min(int(self.kwargs["pk"]), 2**63 - 1)
        return super().get_object()
