"""The monitor's log: one JSON object a line, rotated at 5 MB, five files kept."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

MAX_BYTES, KEPT = 5_000_000, 5
NAME = "monitor.log"


class Log:
    """Never the reason for a wrong verdict: one that cannot be written to is left alone."""

    def __init__(self, directory: Path) -> None:
        self._logger = logging.Logger("opsportal.standalone")
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._logger.addHandler(_Quiet(directory / NAME, maxBytes=MAX_BYTES, backupCount=KEPT))
        except OSError:
            self._logger.addHandler(logging.NullHandler())

    def write(self, event: str, **fields: Any) -> None:
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": moment, "event": event, **fields}
        self._logger.info("%s", json.dumps(line, ensure_ascii=False))

    def close(self) -> None:
        for each in self._logger.handlers:
            each.close()


class _Quiet(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk: logging would print a traceback into the plugin's output."""
