"""What a probe has seen, for people to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def readable(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A heading and a text for each part that says something."""
    parts = [(name.replace("_", " "), _text(value)) for name, value in evidence.items()]
    return [(name, text) for name, text in parts if text]


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case Mapping():
            return "\n".join(f"{name}: {_text(each)}" for name, each in value.items())
        case list() | tuple():
            return "\n".join(_text(each) for each in value)
    return json.dumps(value)
