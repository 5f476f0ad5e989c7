"""A copy of the rendered page in the data directory: a process that starts while the database is
slow or away has something to show."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from opsportal.statuspage.rendering import Rendered

logger = logging.getLogger(__name__)


def write(rendered: Rendered | None) -> None:
    """None: there is nothing to show any more. A full disk only costs the copy."""
    try:
        if rendered is None:
            _path().unlink(missing_ok=True)
        else:
            _replace(json.dumps(_as_text(asdict(rendered))))
    except OSError as error:
        logger.warning("The status page was not copied: %s", error)


def read() -> Rendered | None:
    """None where there is no copy that can be read."""
    try:
        return Rendered(**_as_bytes(json.loads(_path().read_text(encoding="ascii"))))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _path() -> Path:
    return Path(settings.DATA_DIR) / "status-page.json"


def _replace(text: str) -> None:
    """All of it or nothing; several web processes may do so at once."""
    handle, name = tempfile.mkstemp(dir=settings.DATA_DIR, prefix="status-page-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        Path(name).replace(_path())
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {name: _as_text(each) for name, each in value.items()}
    return value


def _as_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"base64"}:
            return base64.b64decode(value["base64"])
        return {name: _as_bytes(each) for name, each in value.items()}
    return value
