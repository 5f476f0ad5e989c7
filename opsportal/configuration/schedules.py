"""The portal's own schedules: how often each of its tasks is done."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from rest_framework import serializers

from opsportal.configuration.base import Part, Section


class ScheduleInFile(serializers.ModelSerializer[PeriodicTask]):
    every_seconds = serializers.IntegerField(source="interval.every", min_value=1)

    class Meta:
        model = PeriodicTask
        fields = ("name", "every_seconds", "enabled")

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields), key=str)
        if unknown:
            raise serializers.ValidationError({str(unknown[0]): ["There is no such field."]})
        return super().to_internal_value(data)

    def create(self, validated_data: dict[str, Any]) -> PeriodicTask:
        raise serializers.ValidationError("There is no such schedule; set-up makes all there are.")

    def update(self, instance: PeriodicTask, validated_data: dict[str, Any]) -> PeriodicTask:
        instance.interval, _ = IntervalSchedule.objects.get_or_create(
            every=validated_data["interval"]["every"], period=IntervalSchedule.SECONDS
        )
        instance.enabled = validated_data["enabled"]
        instance.save()
        return instance


class Schedules(Section):
    name = "schedules"
    serializer = ScheduleInFile

    @property
    def rows(self) -> dict[str, Model]:
        # One that was given a cron expression in the admin stays the admin's.
        found = PeriodicTask.objects.filter(interval__period=IntervalSchedule.SECONDS)
        return {row.name: row for row in found.select_related("interval").order_by("name")}

    def parts(self, item: dict[str, Any], row: Model | None) -> tuple[Part, ...]:
        return ()
