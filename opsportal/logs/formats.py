"""Formatters for settings.LOGGING. Each line is redacted whole, with its traceback."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from opsportal.logs.redaction import redacted
from opsportal.logs.request_id import current_id


class TextFormatter(logging.Formatter):
    """A line for people; the request's id stands at its end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        text, request = redacted(super().format(record)), current_id()
        return f"{text} [{request}]" if request else text


class JsonFormatter(logging.Formatter):
    """One object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            "request_id": current_id() or None,
            "process": record.process,
        }
        if record.exc_info:
            told["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps({key: value for key, value in told.items() if value is not None})
