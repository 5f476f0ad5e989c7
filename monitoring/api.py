"""The monitoring part of /api/v1/: series, their windows, and points pushed from elsewhere."""

from __future__ import annotations

import re
import time
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring import store
from monitoring.catalogue import METRICS
from monitoring.ingest import RefusedPointError, parse_point
from monitoring.models import Series
from monitoring.parsers import BoundedJSONParser
from monitoring.serializers import (
    AcceptedSerializer,
    ErrorSerializer,
    PointsSerializer,
    SeriesSerializer,
    WindowSerializer,
    window_as_json,
)
from monitoring.store import Point, Rejection, SeriesRef
from monitoring.windows import WrongRangeError, parse_range

MAX_POINTS = 10_000
LABEL = re.compile(r"([a-z](?:_?[a-z0-9])*):(.*)", re.DOTALL)


@extend_schema(
    parameters=[
        OpenApiParameter("metric", str, description="Only series of this metric"),
        OpenApiParameter("label", str, many=True, description="Only with this label, name:value"),
    ],
    responses={200: SeriesSerializer(many=True), 400: ErrorSerializer},
)
class SeriesView(ListAPIView[Series]):
    """All series, each with its latest point."""

    required_scope = "read"
    serializer_class = SeriesSerializer
    queryset = Series.objects.order_by("metric", "id")

    def get_queryset(self) -> QuerySet[Series]:
        found = super().get_queryset()
        parameters = self.request.query_params
        if "metric" in parameters:
            found = found.filter(metric=_text(parameters["metric"], "metric"))
        for label in parameters.getlist("label"):
            found = _with_label(found, *_label(label))
        return found


@extend_schema(
    parameters=[
        OpenApiParameter("start", str, description="Unix seconds or ISO 8601; 6 h before the end"),
        OpenApiParameter("end", str, description="Unix seconds or ISO 8601; now"),
        OpenApiParameter("step", float, description="Seconds; by default at most 300 steps"),
    ],
    responses={200: WindowSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
)
class WindowView(APIView):
    """A series over a range, one point for each step that has data."""

    required_scope = "read"

    def get(self, request: Request, pk: str) -> Response:
        series = get_object_or_404(Series, pk=min(int(pk), 2**63 - 1))
        try:
            asked = parse_range(request.query_params, time.time_ns() // 1_000_000)
        except WrongRangeError as error:
            raise ValidationError({"detail": str(error)}) from None
        reference = SeriesRef(series.pk, series.metric, series.labels)
        window, *_ = store.windows_of([reference], asked.start_ms, asked.end_ms, asked.step_ms)
        known = METRICS.get(series.metric)
        return Response(window_as_json(window, known.unit if known else "", asked.step_ms))


@extend_schema(
    request=PointsSerializer,
    responses={200: AcceptedSerializer, 400: ErrorSerializer, 413: ErrorSerializer},
)
class PointsView(APIView):
    """Records points that were measured elsewhere. Sending the same points again is harmless."""

    required_scope = "write"
    required_permission = "monitoring.add_point"
    parser_classes = (BoundedJSONParser,)

    def post(self, request: Request) -> Response:
        raw = request.data.get("points") if isinstance(request.data, dict) else None
        if not isinstance(raw, list):
            raise ValidationError({"detail": 'The body must be {"points": […]}.'})
        if len(raw) > MAX_POINTS:
            detail = f"A request may carry {MAX_POINTS} points; send smaller batches."
            return Response({"detail": detail}, status=413)
        accepted, rejected = record_raw(raw)
        body = {
            "accepted": accepted,
            "rejected": [{"index": each.index, "reason": each.reason} for each in rejected],
        }
        if raw and not accepted:
            first = rejected[0].reason if rejected else "unknown"
            return Response({"detail": f"No point was recorded: {first}", **body}, status=400)
        return Response(body)


def record_raw(raw: list[Any]) -> tuple[int, list[Rejection]]:
    """Records what can be; the rejections carry the indexes of `raw`, in order."""
    points: list[Point] = []
    indexes: list[int] = []
    rejected: list[Rejection] = []
    for index, each in enumerate(raw):
        try:
            points.append(parse_point(each))
            indexes.append(index)
        except RefusedPointError as error:
            rejected.append(Rejection(index, str(error)))
    result = store.record(points)
    rejected += [Rejection(indexes[each.index], each.reason) for each in result.rejected]
    return result.accepted, sorted(rejected, key=lambda each: each.index)


def _with_label(found: QuerySet[Series], name: str, value: str) -> QuerySet[Series]:
    # Not labels__NAME: a label called "contains" would be taken for Django's lookup.
    return found.filter(Exact(KeyTextTransform(name, "labels"), Value(value)))


def _label(text: str) -> tuple[str, str]:
    match = LABEL.fullmatch(_text(text, "label"))
    if match is None:
        raise ValidationError({"detail": "label: write name:value, such as host:web-1"})
    return match[1], match[2]


def _text(text: str, name: str) -> str:
    if "\0" in text:
        raise ValidationError({"detail": f"{name}: holds a null byte"})
    return text
