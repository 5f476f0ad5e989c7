"""The kinds of sources by name. Their modules are imported when first used: each brings a library
along, and most portals use one or two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from backups.sources.base import Source
from opsportal.lib.kinds import SettingsError

_KINDS = {
    "postgresql": "postgresql.Postgresql",
    "mysql": "mysql.Mysql",
    "sqlite": "sqlite.Sqlite",
    "files": "files.Files",
    "django": "django.DjangoDatabase",
}
LABELS = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL, MariaDB",
    "sqlite": "SQLite",
    "files": "Files",
    "django": "Database of the portal",
}


@cache
def kind_named(name: str) -> type[Source]:
    """Raises SettingsError."""
    if name not in _KINDS:
        raise SettingsError({"kind": f"must be one of {', '.join(sorted(_KINDS))}"})
    module, _, cls = _KINDS[name].partition(".")
    found: type[Source] = getattr(import_module(f"backups.sources.{module}"), cls)
    return found


def build(name: str, settings: Mapping[str, Any]) -> Source:
    """Raises SettingsError."""
    return kind_named(name).from_settings(settings).real()
