"""Shapes of checks in the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from monitoring.editing import masked_settings, save_check
from monitoring.models import Check, Ping, Transition
from monitoring.serializers import iso
from opsportal.lib.kinds import SettingsError


class CheckSerializer(serializers.ModelSerializer[Check]):
    """Secret settings are masked. A mask that is sent back leaves the secret as it is."""

    settings = serializers.JSONField(help_text="Of its kind; docs/checks.md lists them")
    tags = serializers.ListField(child=serializers.CharField(max_length=50), required=False)
    status = serializers.CharField(source="state.status", read_only=True)
    message = serializers.CharField(source="state.message", read_only=True)
    response_time_ms = serializers.FloatField(
        source="state.response_time_ms", read_only=True, allow_null=True
    )
    reason = serializers.CharField(source="state.reason", read_only=True)
    phases_ms = serializers.SerializerMethodField()
    since = serializers.SerializerMethodField()
    flapping_since = serializers.SerializerMethodField(help_text="Null where it does not flap")
    checked_at = serializers.SerializerMethodField()
    ping_url = serializers.SerializerMethodField(help_text="Of heartbeats")

    class Meta:
        model = Check
        fields: tuple[str, ...] = (
            "id",
            "name",
            "slug",
            "kind",
            "settings",
            "interval_seconds",
            "timeout_seconds",
            "retries",
            "retry_interval_seconds",
            "successes_to_recover",
            "enabled",
            "parent",
            "is_reference",
            "tags",
            "status",
            "since",
            "flapping_since",
            "reason",
            "message",
            "response_time_ms",
            "phases_ms",
            "checked_at",
            "ping_url",
        )
        read_only_fields: tuple[str, ...] = ("slug",)

    def get_since(self, check: Check) -> str:
        return iso(check.state.since_ms)

    def get_phases_ms(self, check: Check) -> dict[str, float]:
        return {name: round(spent_ms, 3) for name, spent_ms in check.state.phases_ms.items()}

    def get_flapping_since(self, check: Check) -> str | None:
        since_ms = check.state.flapping_since_ms
        return None if since_ms is None else iso(since_ms)

    def get_checked_at(self, check: Check) -> str | None:
        return None if check.state.probed_ms is None else iso(check.state.probed_ms)

    def get_ping_url(self, check: Check) -> str | None:
        if check.kind != "heartbeat":
            return None
        address = reverse("ping", args=[check.uuid])
        request = self.context.get("request")
        return str(request.build_absolute_uri(address)) if request else address

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({unknown[0]: ["A check has no such field."]})
            refuse_what_databases_cannot_store(data)
        return super().to_internal_value(data)

    def to_representation(self, instance: Check) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "settings": masked_settings(instance)}

    def validate_settings(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise serializers.ValidationError("Must be an object.")
        return value

    def validate_kind(self, value: str) -> str:
        if self.instance is not None and self.instance.kind != value:
            raise serializers.ValidationError("The kind of a check cannot be changed.")
        return value

    def create(self, validated_data: dict[str, Any]) -> Check:
        return self._saved(Check(), validated_data)

    def update(self, instance: Check, validated_data: dict[str, Any]) -> Check:
        return self._saved(instance, validated_data)

    def _saved(self, check: Check, given: dict[str, Any]) -> Check:
        settings = given.pop("settings", None)
        for name, value in given.items():
            setattr(check, name, value)
        try:
            save_check(check, masked_settings(check) if settings is None else settings)
        except SettingsError as error:
            if {"parent", "kind"} & set(error.errors):
                raise serializers.ValidationError(error.errors) from None
            raise serializers.ValidationError({"settings": error.errors}) from None
        return Check.objects.select_related("state").get(pk=check.pk)


class WholeCheckSerializer(CheckSerializer):
    """With the evidence, which would make a list heavy."""

    evidence = serializers.DictField(
        source="state.evidence", read_only=True, help_text="Empty while all is well"
    )

    class Meta(CheckSerializer.Meta):
        fields = (*CheckSerializer.Meta.fields, "evidence")


def refuse_what_databases_cannot_store(data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        try:
            text = json.dumps(value, ensure_ascii=False)
            text.encode()
        except UnicodeEncodeError:
            raise serializers.ValidationError({name: ["Holds broken Unicode."]}) from None
        if "\\u0000" in text:
            raise serializers.ValidationError({name: ["Holds a null character."]})


class TransitionSerializer(serializers.ModelSerializer[Transition]):
    """A change of status; the evidence is what was seen then, without secrets."""

    time = serializers.SerializerMethodField()
    ended = serializers.SerializerMethodField(help_text="Null while it lasts")
    duration_seconds = serializers.SerializerMethodField(help_text="Null while it lasts")

    class Meta:
        model = Transition
        fields = (
            "id",
            "time",
            "ended",
            "duration_seconds",
            "status",
            "before",
            "why",
            "reason",
            "message",
            "evidence",
        )

    def get_time(self, transition: Transition) -> str:
        return iso(transition.time_ms)

    def get_ended(self, transition: Transition) -> str | None:
        return None if transition.ended_ms is None else iso(transition.ended_ms)

    def get_duration_seconds(self, transition: Transition) -> float | None:
        if transition.ended_ms is None:
            return None
        return (transition.ended_ms - transition.time_ms) / 1000


class PingSerializer(serializers.ModelSerializer[Ping]):
    """What a job told its heartbeat; of a body that is not UTF-8 what can be read."""

    time = serializers.SerializerMethodField()
    duration_seconds = serializers.SerializerMethodField(help_text="Of the run that it ended")
    body = serializers.CharField(source="body_text")

    class Meta:
        model = Ping
        fields = (
            "id",
            "time",
            "kind",
            "exit_status",
            "rid",
            "duration_seconds",
            "method",
            "remote_address",
            "user_agent",
            "body",
        )

    def get_time(self, ping: Ping) -> str:
        return iso(ping.time_ms)

    def get_duration_seconds(self, ping: Ping) -> float | None:
        return None if ping.duration_ms is None else ping.duration_ms / 1000


class AvailabilitySerializer(serializers.Serializer[Any]):
    """`percent` is null where nothing is known of the period."""

    period = serializers.CharField()
    percent = serializers.FloatField(allow_null=True)
    down_seconds = serializers.FloatField()
