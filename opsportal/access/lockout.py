"""What happens when somebody has failed to log in too often: beside the page a line in the log, and
a point in a series, which a threshold watches and so tells people."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest

from monitoring.store import Point, record
from opsportal.lib.client_address import client_address

logger = logging.getLogger(__name__)
METRIC = "portal_login_lockouts"


def address_of(request: HttpRequest) -> str:
    """For AXES_CLIENT_IP_CALLABLE."""
    return client_address(request.META)


def tell(request: HttpRequest, username: str, **_: Any) -> None:
    """Of every attempt while locked out. The name is a stranger's: it is no label."""
    logger.warning("locked out: %r from %s", username[:150], address_of(request))
    try:
        record([Point(METRIC, {}, time.time_ns() // 1_000_000, 1.0)])
    except DatabaseError as error:
        logger.warning("a lockout could not be recorded: %s", error)
