"""Backup plans, with their source and destinations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from backups.destinations import registry as destinations
from backups.editing import is_same_place
from backups.models import Plan
from backups.serializers import PlanSerializer
from backups.sources import registry as sources
from opsportal.configuration.base import Part, Section
from opsportal.lib.crypto import decrypt
from opsportal.lib.kinds import secret_names


class PlanInFile(PlanSerializer):
    class Meta(PlanSerializer.Meta):
        fields = (
            *("name", "source", "destinations", "cron", "time_zone"),
            *("keep_days", "keep_daily", "keep_weekly", "keep_monthly", "keep_yearly"),
            *("verify", "verify_every", "compression_level", "compression_threads"),
            *("recipients", "lock_timeout_seconds", "enabled"),
        )
        read_only_fields = ()


class Plans(Section):
    name = "plans"
    serializer = PlanInFile

    @property
    def rows(self) -> dict[str, Model]:
        return {row.name: row for row in Plan.objects.prefetch_related("destinations")}

    def parts(self, item: dict[str, Any], row: Model | None) -> Iterator[Part]:
        plan = row if isinstance(row, Plan) else None
        source, places = item.get("source"), item.get("destinations")
        if isinstance(source, dict) and isinstance(source.get("kind"), str):
            stored = decrypt(plan.source_secrets) if plan else {}
            secrets = secret_names(sources.kind_named(source["kind"]))
            yield Part("source", source, secrets, stored)
        for number, place in enumerate(places if isinstance(places, list) else []):
            if isinstance(place, dict) and isinstance(place.get("kind"), str):
                secrets = secret_names(destinations.kind_named(place["kind"]))
                yield Part(f"destinations[{number}]", place, secrets, _stored(plan, place))


def _stored(plan: Plan | None, place: dict[str, Any]) -> dict[str, Any]:
    for row in plan.destinations.all() if plan else ():
        if row.kind == place["kind"] and is_same_place(row.settings, place):
            return decrypt(row.secrets)
    return {}
