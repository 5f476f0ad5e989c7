"""Shapes of alerts in the API."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.acting import silence
from alerts.editing import masked_settings, save_channel, save_threshold
from alerts.models import OPEN, Alert, AlertEvent, Channel, Delivery, Silence, Threshold
from alerts.telling import Rules, subject_of
from monitoring.check_serializers import refuse_what_databases_cannot_store
from monitoring.ingest import RefusedPointError, parse_time_ms
from monitoring.serializers import iso
from opsportal.lib.kinds import SettingsError


@extend_schema_field(OpenApiTypes.DATETIME)
class _Moment(serializers.Field[int, Any, str, Any]):
    """A time in ms since the epoch, as ISO 8601 outside."""

    def to_representation(self, value: int) -> str:
        return iso(value)

    def to_internal_value(self, data: Any) -> int:
        try:
            return parse_time_ms(data)
        except RefusedPointError as error:
            raise serializers.ValidationError(str(error)) from None


class _Strict(serializers.ModelSerializer[Any]):
    """Says which field it does not know: a misspelt one would otherwise be lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields), key=str)
            if unknown:
                raise serializers.ValidationError({str(unknown[0]): ["There is no such field."]})
            refuse_what_databases_cannot_store(data)
        return super().to_internal_value(data)


class EventSerializer(serializers.ModelSerializer[AlertEvent]):
    time = serializers.SerializerMethodField()
    channel = serializers.SlugRelatedField[Channel](slug_field="name", read_only=True)

    class Meta:
        model = AlertEvent
        fields = ("time", "kind", "reason", "by", "channel")

    def get_time(self, event: AlertEvent) -> str:
        return iso(event.time_ms)


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An episode of a threshold on one series. `threshold` is its name at the time."""

    threshold = serializers.CharField(source="name")
    threshold_id = serializers.IntegerField(allow_null=True)
    since = serializers.SerializerMethodField()
    fired = serializers.SerializerMethodField()
    resolved = serializers.SerializerMethodField()
    acknowledged = serializers.SerializerMethodField()
    muted_by = serializers.SerializerMethodField(help_text="Why nobody is told at this moment")

    class Meta:
        model = Alert
        fields: tuple[str, ...] = (
            *("id", "threshold", "threshold_id", "metric", "labels", "state", "severity"),
            *("value", "limit", "message", "since", "fired", "resolved", "resolved_why"),
            *("acknowledged", "acknowledged_by", "muted_by"),
        )

    def get_since(self, alert: Alert) -> str:
        return iso(alert.started_ms)

    def get_fired(self, alert: Alert) -> str | None:
        return None if alert.fired_ms is None else iso(alert.fired_ms)

    def get_resolved(self, alert: Alert) -> str | None:
        return None if alert.resolved_ms is None else iso(alert.resolved_ms)

    def get_acknowledged(self, alert: Alert) -> str | None:
        return None if alert.acknowledged_ms is None else iso(alert.acknowledged_ms)

    def get_muted_by(self, alert: Alert) -> str:
        """As it is now: one that was told before may be silenced since."""
        if alert.state not in OPEN:
            return alert.muted_by
        known: Rules = self.context.setdefault("rules", Rules(time.time_ns() // 1_000_000))
        return known.muted(subject_of(alert))


class AlertWithEventsSerializer(AlertSerializer):
    events = EventSerializer(many=True, read_only=True)

    class Meta(AlertSerializer.Meta):
        fields = (*AlertSerializer.Meta.fields, "events")


class SilenceSerializer(_Strict):
    """`matchers`: one a line, such as host=db-1. `author` is who creates it."""

    starts_at = _Moment(source="starts_ms", required=False)
    ends_at = _Moment(source="ends_ms")

    class Meta:
        model = Silence
        fields = ("id", "matchers", "starts_at", "ends_at", "author", "comment")
        read_only_fields = ("author",)

    def create(self, validated_data: dict[str, Any]) -> Silence:
        given = {"starts_ms": self.context["now_ms"], **validated_data}
        try:
            return silence(**given, author=self.context["author"])
        except SettingsError as error:
            raise serializers.ValidationError(error.errors) from None


def _object(value: Any) -> None:
    if not isinstance(value, dict):
        raise serializers.ValidationError("Must be an object.")


class ThresholdSerializer(_Strict):
    """docs/thresholds.md says what each field means."""

    settings = serializers.JSONField(
        required=False, validators=[_object], help_text="Of its kind; docs/thresholds.md lists them"
    )
    channels = serializers.PrimaryKeyRelatedField[Channel](
        many=True, required=False, queryset=Channel.objects.all()
    )

    class Meta:
        model = Threshold
        exclude: tuple[str, ...] = ("version", "created_at", "updated_at")

    def create(self, validated_data: dict[str, Any]) -> Threshold:
        return self._saved(Threshold(), validated_data)

    def update(self, instance: Threshold, validated_data: dict[str, Any]) -> Threshold:
        return self._saved(instance, validated_data)

    def _saved(self, threshold: Threshold, given: dict[str, Any]) -> Threshold:
        channels = given.pop("channels", None)
        for name, value in given.items():
            setattr(threshold, name, value)
        try:
            save_threshold(threshold, channels)
        except SettingsError as error:
            known = {name: text for name, text in error.errors.items() if name in self.fields}
            raise serializers.ValidationError(known or {"settings": error.errors}) from None
        return threshold


class ChannelSerializer(_Strict):
    """Secret settings are masked. A mask that is sent back leaves the secret as it is."""

    settings = serializers.JSONField(
        validators=[_object], help_text="Of its kind; docs/channels.md lists them"
    )

    class Meta:
        model = Channel
        fields: tuple[str, ...] = (
            "id",
            "name",
            "kind",
            "settings",
            "enabled",
            "max_per_minute",
            "drill",
        )

    def to_representation(self, instance: Channel) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "settings": masked_settings(instance)}

    def validate_kind(self, value: str) -> str:
        if self.instance is not None and self.instance.kind != value:
            raise serializers.ValidationError("The kind of a channel cannot be changed.")
        return value

    def create(self, validated_data: dict[str, Any]) -> Channel:
        return self._saved(Channel(), validated_data)

    def update(self, instance: Channel, validated_data: dict[str, Any]) -> Channel:
        return self._saved(instance, validated_data)

    def _saved(self, channel: Channel, given: dict[str, Any]) -> Channel:
        settings = given.pop("settings", None)
        for name, value in given.items():
            setattr(channel, name, value)
        try:
            save_channel(channel, masked_settings(channel) if settings is None else settings)
        except SettingsError as error:
            raise serializers.ValidationError({"settings": error.errors}) from None
        return channel


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """How a test went: `answer` is the receiver's."""

    answer = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = ("id", "status", "error", "latency_ms", "answer")

    def get_answer(self, delivery: Delivery) -> str:
        return str(delivery.receipt.get("answer", ""))
