"""A 503 of the health endpoints is a verdict, not a fault: what it is about is said once a look.

Django logs an error for each, and with a few probes a second those lines bury the reason.
"""

from __future__ import annotations

import logging


class NotAVerdict(logging.Filter):
    """For the logger django.request: lets through all but those."""

    def filter(self, record: logging.LogRecord) -> bool:
        path: str = getattr(getattr(record, "request", None), "path", "")
        verdict = getattr(record, "status_code", None) == 503 and path.startswith("/api/health")
        return not verdict
