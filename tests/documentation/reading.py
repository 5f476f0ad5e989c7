"""Reads the documents: their blocks of code, and the commands that they name."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.running_portal import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.S | re.M)
_COMMAND = re.compile(r"manage\.py ((?:[a-z_-]+)(?:[^`\n|#;')]|\((?:[^)]*)\))*)")


@dataclass(frozen=True, slots=True)
class Block:
    document: Path
    language: str
    text: str

    @property
    def title(self) -> str:
        return f"{self.document.name}: {self.text.strip().splitlines()[0][:50]}"


def blocks(*languages: str) -> list[Block]:
    found = []
    for document in DOCUMENTS:
        for indent, language, text in _BLOCK.findall(document.read_text(encoding="utf-8")):
            if language in languages:
                lines = [line.removeprefix(indent) for line in text.splitlines()]
                found.append(Block(document, language, "\n".join(lines)))
    return found


def commands() -> dict[str, str]:
    """Every call of manage.py that the documents name, with the document that does so."""
    found: dict[str, str] = {}
    for document in DOCUMENTS:
        for called in _COMMAND.findall(document.read_text(encoding="utf-8")):
            found.setdefault(tidied(called), document.name)
    return found


def tidied(called: str) -> str:
    """Without what is behind two spaces (a remark), redirections, and the brackets of what may be
    left out."""
    words = called.partition("  ")[0].partition(" > ")[0].strip().rstrip(".,:")
    return re.sub(r"[\[\]]", "", words)


def words_of(called: str) -> list[str]:
    return shlex.split(called)
