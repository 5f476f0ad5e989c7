"""What set-up makes: the recovery key, and a plan for the portal's own database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backups.editing import save_plan
from backups.keys import make_recovery_key
from backups.models import Plan

NAME = "Portal database"


def make_defaults(directory: Path, s3: dict[str, Any]) -> list[str]:
    """Names what was made. A plan only while there is none: what somebody has changed or deleted
    stays so. `s3` holds the settings of a bucket; empty: backups stay on this machine."""
    made = ["a recovery key"] if make_recovery_key() else []
    if Plan.objects.exists():
        return made
    places: list[dict[str, Any]] = [{"kind": "local", "path": str(directory)}]
    if s3:
        places.append({"kind": "s3", **s3})
    save_plan(Plan(name=NAME, source_kind="django"), {"alias": "default"}, places)
    return [*made, f"a plan for the portal's database, daily at 02:00, to {_where(places)}"]


def _where(places: list[dict[str, Any]]) -> str:
    return " and ".join(str(each.get("path") or f"S3 ({each['bucket']})") for each in places)
