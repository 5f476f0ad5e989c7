"""The portal's own processes, as the supervisor notes them in its file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    restarts: int


def read_processes(path: Path) -> list[Process]:
    """None of them when there is no supervisor, or its file cannot be read."""
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        return [
            Process(str(name), int(process["restarts"]))
            for name, process in noted["processes"].items()
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []
