"""What is supervised, and how it travels from Django's side to the supervisor: as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """`ready_socket`: a unix socket that must answer before the programs after it are started."""

    name: str
    command: tuple[str, ...]
    ready_socket: str = ""


def write_programs(path: Path, programs: Sequence[Program]) -> None:
    path.write_text(json.dumps([asdict(program) for program in programs]), encoding="utf-8")


def read_programs(path: Path) -> list[Program]:
    listed = json.loads(path.read_text(encoding="utf-8"))
    return [Program(each["name"], tuple(each["command"]), each["ready_socket"]) for each in listed]
