"""A dashboard on a wall, which nobody logs in again every two weeks."""

from __future__ import annotations

from django.http import HttpRequest

from opsportal.dashboard.ranges import DAY_MS

_KEY = "wall_seen_ms"


def keep_session(request: HttpRequest, now_ms: int) -> None:
    """Once a day the session is written, and so lasts on: at each refresh would cost a write."""
    if now_ms - request.session.get(_KEY, 0) > DAY_MS:
        request.session[_KEY] = now_ms
