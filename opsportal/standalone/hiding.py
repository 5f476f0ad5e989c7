"""A token among the arguments can be read by everybody on the machine for as long as the process
runs; one in the environment only by its own user."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from opsportal.standalone.options import TOKEN_VARIABLE


def stripped(words: Sequence[str]) -> list[str]:
    """Pure: without `--token T` and `--token=T`."""
    kept: list[str] = []
    given = iter(words)
    for word in given:
        if word == "--token":
            next(given, None)
        elif not word.startswith("--token="):
            kept.append(word)
    return kept


def without_token_on_argv(token: str) -> None:
    """Starts this very process again, with the token in its environment."""
    kept = stripped(sys.orig_argv)
    if len(kept) == len(sys.orig_argv):
        return
    environment = {**os.environ, TOKEN_VARIABLE: token}
    environment.pop(f"{TOKEN_VARIABLE}_FILE", None)
    os.execve(sys.executable, [sys.executable, *kept[1:]], environment)  # noqa: S606
