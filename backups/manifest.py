"""A small file beside each artifact, written last: a bucket alone is enough to restore from."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

from backups.models import Backup


def manifest_of(backup: Backup, by_hand: str, recipients: list[str]) -> dict[str, Any]:
    """Pure. Nothing in it is secret."""
    return {
        "plan": backup.plan_name,
        "source": backup.source_kind,
        "artifact": backup.key.rpartition("/")[2],
        "sha256": backup.sha256,
        "size_bytes": backup.size_bytes,
        "source_bytes": backup.source_bytes,
        "started_ms": backup.started_ms,
        "recipients": recipients,
        "census": backup.census,
        "versions": {"opsportal": settings.PORTAL_VERSION, **backup.versions},
        "restore": by_hand,
    }


def as_bytes(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, indent=1, ensure_ascii=False).encode()
