"""The admin's lists with a million rows behind each history: time on the server, and queries.

Each is opened plain, with each choice of each filter (the commonest, the rarest and oldest, and
none at all), with searches that find nothing, one old row and many, sorted by each column both
ways, and at its second and last page. In one process, on SQLite or the DATABASE_URL given; the
median of the looks counts, and the worst way to open a list is the list's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent.parent
# The first page is no list: it looks at everything.
MOST_MS, MOST_QUERIES, MOST_ON_FIRST_PAGE = 200, 10, 28


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "opsportal.settings",
            "OPSPORTAL_DATA_DIR": str(Path(directory) / "var"),
            "SECRET_KEY": "only-for-benchmarks",
            "ALLOWED_HOSTS": "testserver",
        }
        options: dict[str, Any] = {"cwd": ROOT, "env": environment}
        setup = [sys.executable, "manage.py", "setup", "--noinput"]
        subprocess.run(setup, check=True, stdout=subprocess.DEVNULL, **options)
        rows = str(20_000 if quick else 1_000_000)
        command = [sys.executable, "-m", "benchmarks.admin", "fill", rows, "look"]
        told = subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
    looks = [line.split("\t") for line in told.splitlines() if "\t" in line]
    return [
        _row(address, list(of_it), quick)
        for address, of_it in groupby(looks, key=lambda look: look[0])
    ]


def _row(address: str, looks: list[list[str]], quick: bool) -> Row:
    """Of a list's looks the slowest: address, how it was opened, ms, queries."""
    _, way, spent, _ = max(looks, key=lambda look: float(look[2]))
    queries = max(int(look[3]) for look in looks)
    most = MOST_ON_FIRST_PAGE if address == "/admin/" else MOST_QUERIES
    passed = float(spent) <= MOST_MS and queries <= most
    bar = f"<= {MOST_MS} ms, {queries} queries <= {most}; worst of {len(looks)}: {way}"
    return Row("admin", address, float(spent), "ms", bar=bar, passed=None if quick else passed)
