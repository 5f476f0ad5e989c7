"""Channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from alerts.channels.registry import LABELS, kind_named
from alerts.models import Channel
from alerts.serializers import ChannelSerializer
from opsportal.configuration.base import Part, Section
from opsportal.lib.crypto import decrypt
from opsportal.lib.kinds import secret_names


class ChannelInFile(ChannelSerializer):
    class Meta(ChannelSerializer.Meta):
        fields = ("name", "kind", "settings", "enabled", "max_per_minute", "drill")


class Channels(Section):
    name = "channels"
    serializer = ChannelInFile

    @property
    def rows(self) -> dict[str, Model]:
        return {row.name: row for row in Channel.objects.all()}

    def parts(self, item: dict[str, Any], row: Model | None) -> Iterator[Part]:
        kind, settings = item.get("kind"), item.get("settings")
        if kind not in list(LABELS) or not isinstance(settings, dict):
            return  # which the serializer tells
        stored = decrypt(row.secrets) if isinstance(row, Channel) else {}
        yield Part("settings", settings, secret_names(kind_named(kind)), stored)
