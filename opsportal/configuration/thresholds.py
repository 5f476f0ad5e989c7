"""Thresholds. Channels are given by their names."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from rest_framework import serializers

from alerts.models import Channel, Threshold
from alerts.serializers import ThresholdSerializer
from opsportal.configuration.base import Part, Section


class ThresholdInFile(ThresholdSerializer):
    channels = serializers.SlugRelatedField[Channel](  # type: ignore[assignment]
        slug_field="name", many=True, required=False, queryset=Channel.objects.all()
    )

    class Meta(ThresholdSerializer.Meta):
        exclude = ("id", "version", "created_at", "updated_at")


class Thresholds(Section):
    name = "thresholds"
    serializer = ThresholdInFile

    @property
    def rows(self) -> dict[str, Model]:
        return {row.name: row for row in Threshold.objects.prefetch_related("channels")}

    def parts(self, item: dict[str, Any], row: Model | None) -> tuple[Part, ...]:
        return ()
