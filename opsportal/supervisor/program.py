"""What is supervised, and how it travels from Django's side to the supervisor: as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# What the supervisor tells a program that it hands a listening socket to.
LISTEN_VARIABLE = "OPSPORTAL_LISTEN_DESCRIPTOR"
# A file that the program makes when it is about to answer.
STARTED_VARIABLE = "OPSPORTAL_STARTED_FILE"
# Set where SIGUSR1 tells a process that serves that it will be stopped.
LEAVES_VARIABLE = "OPSPORTAL_TOLD_TO_LEAVE"


@dataclass(frozen=True, slots=True)
class Program:
    """`ready_socket`: a unix socket that must answer before the programs after it are started.
    `listen`: address and port of a socket that the supervisor opens for it. `directory`: where it
    runs; empty: where the supervisor does."""

    name: str
    command: tuple[str, ...]
    ready_socket: str = ""
    listen: tuple[str, int] | None = None
    directory: str = ""


def write_programs(path: Path, programs: Sequence[Program]) -> None:
    """Whole or not at all: a running supervisor may be told to read it."""
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps([asdict(program) for program in programs]), encoding="utf-8")
    temporary.replace(path)


def read_programs(path: Path) -> list[Program]:
    """Raises OSError, ValueError. A file of a newer release may say more than is known here."""
    return [_program(each) for each in json.loads(path.read_text(encoding="utf-8"))]


def _program(each: dict[str, Any]) -> Program:
    try:
        listen = each.get("listen")
        return Program(
            str(each["name"]),
            tuple(map(str, each["command"])),
            str(each.get("ready_socket", "")),
            (str(listen[0]), int(listen[1])) if isinstance(listen, list) else None,
            str(each.get("directory", "")),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it describes no program: {error}") from None
