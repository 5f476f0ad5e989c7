"""Space and inodes where the portal writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from opsportal.doctor.base import Finding, graded
from opsportal.health.own import used_percent

ADVISED_PERCENT, ALLOWED_PERCENT = 85.0, 95.0
_MEND = (
    "Free some space, move OPSPORTAL_DATA_DIR to a larger disk, or keep less history "
    "(Admin, Retention)."
)


def examine() -> Iterator[Finding]:
    path: Path = settings.DATA_DIR
    percent = used_percent(path)
    text = f"{percent:.0f} % of the space under {path} is in use"
    yield graded(percent, ADVISED_PERCENT, ALLOWED_PERCENT, text, _MEND)
    if hasattr(os, "statvfs"):
        found = os.statvfs(path)
        # Some file systems make inodes as they need them, and tell of none.
        if found.f_files:
            inodes = 100 * (1 - found.f_favail / found.f_files)
            text = f"{inodes:.0f} % of the inodes under {path} are in use"
            yield graded(inodes, ADVISED_PERCENT, ALLOWED_PERCENT, text, "Remove small files.")
