"""Shapes of the monitoring API, for its answers and for the OpenAPI schema."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from monitoring.catalogue import METRICS
from monitoring.models import Series
from monitoring.store import Bucket, Window

PERCENTILES = (50, 95, 99)


class SeriesSerializer(serializers.ModelSerializer[Series]):
    unit = serializers.SerializerMethodField()
    last_time = serializers.SerializerMethodField()
    labels = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Series
        fields = ("id", "metric", "labels", "unit", "last_time", "last_value")

    def get_unit(self, series: Series) -> str:
        known = METRICS.get(series.metric)
        return known.unit if known else ""

    def get_last_time(self, series: Series) -> str:
        return iso(series.last_time_ms)


class PointSerializer(serializers.Serializer[Any]):
    """One point: `value`, or `histogram` where the metric is one."""

    metric = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField(), required=False)
    time = serializers.FloatField(help_text="Unix seconds, or ISO 8601 with its zone as text")
    value = serializers.FloatField(required=False)
    histogram = serializers.DictField(required=False)


class PointsSerializer(serializers.Serializer[Any]):
    points = PointSerializer(many=True)


class RejectionSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    reason = serializers.CharField()


class AcceptedSerializer(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    rejected = RejectionSerializer(many=True)


class WindowPointSerializer(serializers.Serializer[Any]):
    """One step; the percentiles only where the metric is a histogram."""

    time = serializers.DateTimeField(help_text="The step's start")
    count = serializers.IntegerField(help_text="Points, or requests in a histogram")
    mean = serializers.FloatField()
    min = serializers.FloatField()
    max = serializers.FloatField()
    p50 = serializers.FloatField(required=False)
    p95 = serializers.FloatField(required=False)
    p99 = serializers.FloatField(required=False)


class WindowSerializer(serializers.Serializer[Any]):
    series = serializers.IntegerField()
    metric = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    unit = serializers.CharField(allow_blank=True)
    step_seconds = serializers.FloatField()
    resolution_seconds = serializers.FloatField(help_text="Of what was read to make the steps")
    points = WindowPointSerializer(many=True)


class ErrorSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()


def iso(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def window_as_json(window: Window, unit: str, step_ms: int) -> dict[str, Any]:
    return {
        "series": window.series.id,
        "metric": window.series.metric,
        "labels": window.series.labels,
        "unit": unit,
        "step_seconds": step_ms / 1000,
        "resolution_seconds": window.resolution_ms / 1000,
        "points": [_bucket(bucket) for bucket in window.buckets],
    }


def _bucket(bucket: Bucket) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "time": iso(bucket.time_ms),
        "count": bucket.count,
        "mean": bucket.mean,
        "min": bucket.min,
        "max": bucket.max,
    }
    if bucket.histogram:
        for percent in PERCENTILES:
            shape[f"p{percent}"] = bucket.histogram.percentile(percent)
    return shape
