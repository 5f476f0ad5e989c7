"""Starts ours in a process of its own (`__main__.py`), on a new database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.probing.nginx import running

ROOT = Path(__file__).resolve().parent.parent.parent
# Told a method of `__main__.Ours` and its argument, answers with the fields of what it returns.
Tell = Callable[[str, float], dict[str, float]]


@contextmanager
def ours(database: Callable[[Path], Any], given: dict[str, str], checks: int) -> Iterator[Tell]:
    """Has `checks` checks with the settings `given`, and everything that is prepared only once."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="opsportal-bench-"))
        (Path(directory) / "run").mkdir()
        environment = {
            **os.environ,
            "DATABASE_URL": stack.enter_context(database(Path(directory))),
            "OPSPORTAL_DATA_DIR": directory,
            "DJANGO_SETTINGS_MODULE": "opsportal.settings",
            "OPSPORTAL_PRIVATE_ADDRESSES": "true",
        }
        command = [sys.executable, "-m", "benchmarks.probing", json.dumps(given), str(checks)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = stack.enter_context(running(command, env=environment, cwd=ROOT, **pipes))

        def tell(word: str, number: float) -> dict[str, float]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{word} {number}\n")
            process.stdin.flush()
            fields: dict[str, float] = json.loads(process.stdout.readline())
            return fields

        # From new to up, in the worker; then by the probers that the first has had started, which
        # are told of each check once.
        for _ in range(2):
            tell("probe_all", 0)
        yield tell
