"""Checks. A parent is given by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Model
from rest_framework import serializers

from monitoring.check_serializers import CheckSerializer
from monitoring.models import Check
from monitoring.probes.registry import LABELS, kind_named
from opsportal.configuration.base import Part, Section
from opsportal.lib.crypto import decrypt
from opsportal.lib.kinds import secret_names


class CheckInFile(CheckSerializer):
    parent = serializers.SlugRelatedField[Check](  # type: ignore[assignment]
        slug_field="name", queryset=Check.objects.all(), required=False, allow_null=True
    )

    class Meta(CheckSerializer.Meta):
        fields = (
            *("name", "kind", "settings", "interval_seconds", "timeout_seconds", "retries"),
            *("retry_interval_seconds", "successes_to_recover", "enabled", "parent"),
            *("is_reference", "tags"),
        )
        read_only_fields = ()


class Checks(Section):
    name = "checks"
    serializer = CheckInFile

    @property
    def rows(self) -> dict[str, Model]:
        return {row.name: row for row in Check.objects.select_related("parent", "state")}

    def parts(self, item: dict[str, Any], row: Model | None) -> Iterator[Part]:
        kind, settings = item.get("kind"), item.get("settings")
        if kind not in list(LABELS) or not isinstance(settings, dict):
            return  # which the serializer tells
        stored = decrypt(row.secrets) if isinstance(row, Check) else {}
        yield Part("settings", settings, secret_names(kind_named(kind)), stored)

    def in_order(self, items: Mapping[str, dict[str, Any]]) -> Sequence[str]:
        """Parents first. In a circle the order does not matter: it is refused."""

        def depth(name: str) -> int:
            seen: list[str] = []
            while name in items and name not in seen:
                seen.append(name)
                name = str(items[name].get("parent"))
            return len(seen)

        return sorted(items, key=depth)
