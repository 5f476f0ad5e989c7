"""The names of artifacts. A plan's key is a directory of its own, so that none of its prefixes is
another plan's."""

from __future__ import annotations

from datetime import UTC, datetime

from backups.models import Backup, Plan
from backups.sources.base import Source

MANIFEST = ".json"
ENCRYPTED = ".zst.age"


def names_of(key: str) -> list[str]:
    """Everything that belongs to an artifact, in the order in which it is deleted: without its
    manifest it is no backup to whoever looks at the bucket."""
    return [key + MANIFEST, companion(key, "globals.sql"), key]


def companion(key: str, name: str) -> str:
    return f"{key}.{name}{ENCRYPTED}"


def prefix(plan: Plan) -> str:
    return f"{plan.slug}/"


def key_of(plan: Plan, backup: Backup, source: Source, now_ms: int) -> str:
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    name = f"{plan.slug}-{moment:%Y%m%dT%H%M%SZ}-{backup.pk}"
    return f"{prefix(plan)}{name}.{source.suffix}{ENCRYPTED}"
