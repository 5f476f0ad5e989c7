"""What the supervisor notes of its processes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings

from opsportal.doctor.base import Finding, advice, ok, wrong

# A process that died so often, and so lately, will die again.
RESTARTS, LATELY_SECONDS = 3, 3600.0


def examine() -> Iterator[Finding]:
    path = settings.RUN_DIR / "portal.json"
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        supervisor, processes = int(noted["supervisor"]["pid"]), dict(noted["processes"])
    except FileNotFoundError:
        yield advice(
            "no supervisor runs on this data directory",
            "Start the portal: make run, or systemctl start opsportal. Where containers or units "
            "of their own run the processes, nothing is to be done.",
        )
        return
    except (OSError, ValueError, KeyError, TypeError):
        yield wrong(f"{path} cannot be read", "Restart the portal: it is written again.")
        return
    if not _is_alive(supervisor):
        yield wrong("the supervisor was killed", "Start the portal: make run")
        return
    for name, process in processes.items():
        yield judged(name, process, time.time(), is_alive=_is_alive(process["pid"]))


def judged(name: str, process: Mapping[str, Any], now: float, *, is_alive: bool) -> Finding:
    """Pure."""
    if not is_alive:
        died = process.get("last_death") or "not started"
        return wrong(f"{name} does not run ({died})", "The portal's log says why it ends.")
    restarts, lived = int(process["restarts"]), now - float(process["started_at"])
    if restarts >= RESTARTS and lived < LATELY_SECONDS:
        text = f"{name} died {restarts} times, last {lived / 60:.0f} min ago"
        return advice(f"{text} ({process['last_death']})", "The portal's log says why.")
    return ok(f"{name} runs as process {process['pid']}")


def _is_alive(pid: int | None) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's, and there
    return True
