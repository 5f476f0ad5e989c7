"""The kinds of sources by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backups.sources.base import Source
from opsportal.lib.registry import Registry

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
ABOUT = {
    "postgresql": "A database, dumped by pg_dump as it was at one moment",
    "mysql": "A database, dumped while it is being written to",
    "sqlite": "A file of SQLite, also while it is being written to",
    "files": "Directories and files, without following links out of them",
    "django": "What this portal itself knows: checks, alerts, history",
}

_registry: Registry[Source] = Registry("backups.sources", _KINDS)
kind_named = _registry.kind_named


def build(name: str, settings: Mapping[str, Any]) -> Source:
    """Raises SettingsError."""
    return _registry.build(name, settings).real()
