"""Secrets in a configuration file: never themselves, only where they are to be read from.

`env:NAME` is an environment variable, `file:/PATH` a file. A variable that is not set stands for
the secret that is stored already, so that an exported file can be applied where it comes from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_REFERENCE = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)|(file):(/.+)")


class WrongReferenceError(ValueError):
    """In words for who wrote the reference."""


def resolved(value: Any, stored: Any, source: Mapping[str, str] | None = None) -> Any:
    """The secret that `value` refers to; of an object of secrets, each of them.

    Raises WrongReferenceError."""
    if isinstance(value, Mapping):
        kept = stored if isinstance(stored, Mapping) else {}
        return {name: resolved(each, kept.get(name), source) for name, each in value.items()}
    if value in ("", None):
        return value
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise WrongReferenceError("is a secret: write env:NAME or file:/PATH instead of its value")
    if found[1]:
        return _variable(found[2], stored, os.environ if source is None else source)
    return _content(Path(found[4]))


def _variable(name: str, stored: Any, source: Mapping[str, str]) -> str:
    value = source.get(name) or (isinstance(stored, str) and stored)
    if not value:
        raise WrongReferenceError(f"the variable {name} is not set")
    return value


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise WrongReferenceError(f"{path} cannot be read: {why}") from None


def proposed(value: Any, *path: str) -> Any:
    """References that take the place of a stored secret in an export."""
    if isinstance(value, Mapping):
        return {name: proposed(each, *path, name) for name, each in value.items()}
    return f"env:{variable_name(*path)}"


def variable_name(*path: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", "_".join(path).upper()).strip("_")


def variables_in(value: Any) -> list[str]:
    """The variables that a document refers to, in its order."""
    if isinstance(value, Mapping):
        return [name for each in value.values() for name in variables_in(each)]
    if isinstance(value, list):
        return [name for each in value for name in variables_in(each)]
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return [found[2]] if found and found[1] else []
