"""The data directory: there, ours, writable, and nobody else's to read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from opsportal.doctor.base import Finding, ok, wrong


def examine() -> Iterator[Finding]:
    data_dir: Path = settings.DATA_DIR
    if not data_dir.is_dir():
        yield wrong(f"{data_dir} is not there", "Run: python manage.py setup")
        return
    for path in (data_dir, settings.RUN_DIR):
        yield _judged(path)


def _judged(path: Path) -> Finding:
    if not path.is_dir():
        return wrong(f"{path} is not there", "Run: python manage.py setup")
    found = path.stat()
    if not os.access(path, os.W_OK | os.X_OK):
        return wrong(
            f"{path} cannot be written to by this user",
            f"Run this as its owner (user id {found.st_uid}), or: chown -R USER {path}",
        )
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        return wrong(f"{path} is open to other users ({mode:o})", f"Run: chmod 700 {path}")
    return ok(f"{path} is this user's alone")
