"""What an edit of its settings makes of a heartbeat."""

from __future__ import annotations

import json

from monitoring.heartbeats.deadlines import due_ms, heartbeat_of
from monitoring.heartbeats.rows import runs_of
from monitoring.models import Check, CheckState


def due_after_edit_ms(check: Check, state: CheckState, now_ms: int) -> int | None:
    runs = runs_of([check.pk])[check.pk]
    return due_ms(heartbeat_of(json.dumps(check.settings)), state, runs, now_ms)
