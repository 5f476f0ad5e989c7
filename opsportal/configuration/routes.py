"""Routes and their steps of escalation. Channels are given by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from rest_framework import serializers

from alerts import hours, matching
from alerts.models import Channel, Escalation, Route
from opsportal.configuration.base import Part, Section


def _channels() -> Any:
    return serializers.SlugRelatedField[Channel](
        slug_field="name", many=True, queryset=Channel.objects.all(), required=False
    )


class EscalationInFile(serializers.ModelSerializer[Escalation]):
    channels = _channels()

    class Meta:
        model = Escalation
        fields = ("after_seconds", "channels")


class RouteInFile(serializers.ModelSerializer[Route]):
    channels = _channels()
    escalations = EscalationInFile(many=True, required=False)

    class Meta:
        model = Route
        fields = (
            *("name", "position", "enabled", "matchers", "active_hours", "channels", "group_by"),
            *("group_wait_seconds", "repeat_seconds", "goes_on", "escalations"),
        )

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields), key=str)
        if unknown:
            raise serializers.ValidationError({str(unknown[0]): ["There is no such field."]})
        return super().to_internal_value(data)

    def validate_matchers(self, value: str) -> str:
        return _read(matching.parse, value)

    def validate_active_hours(self, value: str) -> str:
        return _read(hours.parse, value)

    def create(self, validated_data: dict[str, Any]) -> Route:
        return self._saved(Route(), validated_data)

    def update(self, instance: Route, validated_data: dict[str, Any]) -> Route:
        return self._saved(instance, validated_data)

    def _saved(self, route: Route, given: dict[str, Any]) -> Route:
        channels, steps = given.pop("channels", []), given.pop("escalations", [])
        for name, value in given.items():
            setattr(route, name, value)
        route.save()
        route.channels.set(channels)
        route.escalations.all().delete()
        for step in steps:
            row = Escalation.objects.create(route=route, after_seconds=step["after_seconds"])
            row.channels.set(step.get("channels", []))
        return route


def _read(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except ValueError as error:
        raise serializers.ValidationError(str(error)) from None
    return text


class Routes(Section):
    name = "routes"
    serializer = RouteInFile

    @property
    def rows(self) -> dict[str, Model]:
        found = Route.objects.prefetch_related("channels", "escalations__channels")
        return {row.name: row for row in found}

    def defaults(self) -> dict[str, Any]:
        return {**super().defaults(), "escalations": []}

    def parts(self, item: dict[str, Any], row: Model | None) -> tuple[Part, ...]:
        return ()
