"""Shapes of plans and backups in the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backups.editing import masked_place, masked_source
from backups.models import Backup, Copy, Plan
from backups.plan_saving import PLAN, PartError, save_in_parts, wrong_with
from backups.sources import registry as sources
from monitoring.check_serializers import refuse_what_databases_cannot_store
from monitoring.serializers import iso
from opsportal.lib.kinds import SettingsError

_OF_A_KIND = {
    "type": "object",
    "properties": {"kind": {"type": "string"}},
    "additionalProperties": True,
}


class _OfPlan(serializers.Field[Any, Any, Any, Any]):
    """Shown from the whole plan: what it shows has several columns, and masks."""

    def get_attribute(self, instance: Plan) -> Plan:
        return instance


@extend_schema_field(_OF_A_KIND)
class _SourceField(_OfPlan):
    def to_representation(self, value: Plan) -> dict[str, Any]:
        return {"kind": value.source_kind, **masked_source(value)}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return _of_a_kind(data)


@extend_schema_field({"type": "array", "items": _OF_A_KIND})
class _DestinationsField(_OfPlan):
    def to_representation(self, value: Plan) -> list[dict[str, Any]]:
        return [{"kind": row.kind, **masked_place(row)} for row in value.destinations.all()]

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            raise serializers.ValidationError("Must be a list.")
        places = [_of_a_kind(each) for each in data]
        errors = [_listed(wrong_with(place)) for place in places]
        if any(errors):
            raise serializers.ValidationError(errors)
        return places


class PlanSerializer(serializers.ModelSerializer[Plan]):
    """Secret settings are masked. A mask that is sent back leaves the secret as it is."""

    # Of the same name as DRF's own argument; it finds this one all the same.
    source = _SourceField(  # type: ignore[assignment]
        help_text="Its kind and the settings of that"
    )
    destinations = _DestinationsField(help_text="Each with its kind and the settings of that")

    class Meta:
        model = Plan
        fields: tuple[str, ...] = (
            *("id", "name", "slug", "source", "destinations", "cron", "time_zone"),
            *("keep_days", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly"),
            *("verify", "verify_every", "compression_level", "compression_threads"),
            *("recipients", "lock_timeout_seconds", "enabled", "retention_stopped"),
        )
        read_only_fields: tuple[str, ...] = ("slug", "retention_stopped")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields), key=str)
            if unknown:
                raise serializers.ValidationError({str(unknown[0]): ["There is no such field."]})
            refuse_what_databases_cannot_store(data)
        return super().to_internal_value(data)

    def validate_source(self, value: dict[str, Any]) -> dict[str, Any]:
        if self.instance is not None and value["kind"] != self.instance.source_kind:
            raise serializers.ValidationError("The kind of a plan's source cannot be changed.")
        try:
            sources.kind_named(value["kind"])
        except SettingsError as error:
            raise serializers.ValidationError(_listed(error.errors)) from None
        return value

    def create(self, validated_data: dict[str, Any]) -> Plan:
        return self._saved(Plan(), validated_data)

    def update(self, instance: Plan, validated_data: dict[str, Any]) -> Plan:
        return self._saved(instance, validated_data)

    def _saved(self, plan: Plan, given: dict[str, Any]) -> Plan:
        source, places = given.pop("source", None), given.pop("destinations", None)
        if source is not None:
            plan.source_kind = source.pop("kind")
        for name, value in given.items():
            setattr(plan, name, value)
        try:
            save_in_parts(plan, source, places)
        except PartError as error:
            errors: dict[str, Any] = {**_listed(error.errors)}
            by_field = errors if error.part == PLAN else {error.part: errors}
            raise serializers.ValidationError(by_field) from None
        return Plan.objects.get(pk=plan.pk)


def _of_a_kind(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise serializers.ValidationError("Must be an object.")
    if not isinstance(given.get("kind"), str):
        raise serializers.ValidationError({"kind": ["This field is required."]})
    return dict(given)


def _listed(errors: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [words] for name, words in errors.items()}


class CopySerializer(serializers.ModelSerializer[Copy]):
    class Meta:
        model = Copy
        fields = ("place", "is_there", "error")


class BackupSerializer(serializers.ModelSerializer[Backup]):
    """One run of a plan. `plan` is its name at the time; while it runs, `stage` says what it does
    and `done_bytes` of about `expected_bytes` how far that is, how fast it goes, and how long it
    takes still."""

    plan = serializers.CharField(source="plan_name")
    plan_id = serializers.IntegerField(allow_null=True)
    queued_at = serializers.SerializerMethodField()
    started_at = serializers.SerializerMethodField()
    finished_at = serializers.SerializerMethodField()
    proved_at = serializers.SerializerMethodField()
    seconds_left = serializers.FloatField(allow_null=True, read_only=True)
    copies = CopySerializer(many=True, read_only=True)

    class Meta:
        model = Backup
        fields = (
            *("id", "plan", "plan_id", "status", "proof", "started_by", "attempt"),
            *("queued_at", "started_at", "finished_at", "stage", "done_bytes", "expected_bytes"),
            *("bytes_per_second", "seconds_left"),
            *("key", "size_bytes", "source_bytes", "sha256", "duration_seconds"),
            *("restore_seconds", "proved_at", "pinned", "error", "copies"),
        )

    def get_queued_at(self, backup: Backup) -> str:
        return iso(backup.queued_ms)

    def get_started_at(self, backup: Backup) -> str | None:
        return _moment(backup.started_ms)

    def get_finished_at(self, backup: Backup) -> str | None:
        return _moment(backup.finished_ms)

    def get_proved_at(self, backup: Backup) -> str | None:
        return _moment(backup.proved_ms)


def _moment(time_ms: int | None) -> str | None:
    return None if time_ms is None else iso(time_ms)
