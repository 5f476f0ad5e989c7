"""What is over as files that the processes of one machine share: numbers as JSON, of a database and
of nobody else's.

A file that is missing, cut off or of another version is one that nothing is known of; nor does it
matter to a look whether one can be written.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from opsportal.dashboard.past import Past
from opsportal.version import VERSION

# Of up to 200 kB each: ranges, hosts and services that somebody has looked at lately.
MOST_FILES = 100
# A step of a short range is over every few seconds: who has just started reads the rest.
WRITE_EVERY_MS = 60_000
# Of what is written; what charts are made of may change with the portal's.
_FORMAT = 1


class PastFiles:
    """In `directory`, which only the portal's own user may read; or nowhere."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._written_ms: dict[str, int] = {}

    def read(self, key: str) -> Past | None:
        if self._directory is None:
            return None
        try:
            return unpacked(self._path(self._directory, key).read_bytes())
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def write(self, key: str, past: Past, now_ms: int) -> None:
        """Seldom, and whole or not at all."""
        since_ms = now_ms - self._written_ms.get(key, -WRITE_EVERY_MS)
        if self._directory is None or 0 <= since_ms < WRITE_EVERY_MS:
            return
        try:
            self._replace(self._directory, key, packed(past))
        except OSError:
            return
        self._written_ms[key] = now_ms
        while len(self._written_ms) > MOST_FILES:
            del self._written_ms[next(iter(self._written_ms))]

    def clear(self) -> None:
        """What this process knows of the files; they stay."""
        self._written_ms.clear()

    def _replace(self, directory: Path, key: str, data: bytes) -> None:
        directory.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=directory, suffix=".new", delete=False) as file:
            file.write(data)
        Path(file.name).replace(self._path(directory, key))
        written = sorted((each.stat().st_mtime, each) for each in directory.iterdir())
        for _time, path in written[:-MOST_FILES]:
            path.unlink(missing_ok=True)

    def _path(self, directory: Path, key: str) -> Path:
        which = connection.settings_dict
        database = [str(which.get(name)) for name in ("ENGINE", "HOST", "PORT", "NAME")]
        text = repr((_FORMAT, VERSION, database, key))
        return directory / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"


def packed(past: Past) -> bytes:
    counts = [[time_ms, list(each), list(each.values())] for time_ms, each in past.counts.items()]
    return orjson.dumps([past.start_ms, past.until_ms, past.read_at_ms, past.lines, counts])


def unpacked(data: bytes) -> Past:
    """Raises ValueError, LookupError or TypeError for what `packed` has not made."""
    start_ms, until_ms, read_at_ms, lines, counts = orjson.loads(data)
    of_steps: Mapping[int, Any] = {
        time_ms: dict(zip(indexes, numbers, strict=True)) for time_ms, indexes, numbers in counts
    }
    return Past(start_ms, until_ms, read_at_ms, lines, of_steps)
