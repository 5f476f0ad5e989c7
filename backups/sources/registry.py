"""Every kind of source. A new one is a file beside this one and a line below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backups.sources.base import Source
from backups.sources.django import DjangoDatabase
from backups.sources.files import Files
from backups.sources.mysql import Mysql
from backups.sources.postgresql import Postgresql
from backups.sources.sqlite import Sqlite
from opsportal.lib.kinds import SettingsError

KINDS: dict[str, type[Source]] = {
    kind.name: kind for kind in (Postgresql, Mysql, Sqlite, Files, DjangoDatabase)
}


def kind_named(name: str) -> type[Source]:
    """Raises SettingsError."""
    try:
        return KINDS[name]
    except KeyError:
        raise SettingsError({"kind": f"must be one of {', '.join(sorted(KINDS))}"}) from None


def build(name: str, settings: Mapping[str, Any]) -> Source:
    """Raises SettingsError."""
    return kind_named(name).from_settings(settings).real()
