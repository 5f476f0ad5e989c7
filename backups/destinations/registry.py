"""Every kind of destination. A new one is a file beside this one and a line below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backups.destinations.base import Destination
from backups.destinations.local import Local
from backups.destinations.s3 import S3
from opsportal.lib.kinds import SettingsError

KINDS: dict[str, type[Destination]] = {kind.name: kind for kind in (Local, S3)}


def kind_named(name: str) -> type[Destination]:
    """Raises SettingsError."""
    try:
        return KINDS[name]
    except KeyError:
        raise SettingsError({"kind": f"must be one of {', '.join(sorted(KINDS))}"}) from None


def build(name: str, settings: Mapping[str, Any]) -> Destination:
    """Raises SettingsError."""
    return kind_named(name).from_settings(settings)
