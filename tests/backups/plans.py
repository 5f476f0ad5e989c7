"""Plans of small databases, and places to put their backups."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from pyrage import x25519

from backups.editing import save_plan
from backups.models import Backup, Plan
from backups.queueing import queue
from backups.runner import run
from backups.stages import encrypt
from backups.stages.compress import Inverse

IDENTITY = x25519.Identity.generate()
NOW_MS = 1_795_435_200_000  # Monday, 23 November 2026, noon


def shop(path: Path, rows: int = 500) -> Path:
    """An SQLite database with some rows in it, in WAL mode as the portal's own."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute('CREATE TABLE "ordérs ""new""" (id INTEGER PRIMARY KEY, text TEXT)')
        database.executemany(
            'INSERT INTO "ordérs ""new""" (text) VALUES (?)', [(f"row {n}",) for n in range(rows)]
        )
        database.commit()
    return path


def plan(source: Path, *places: Path, **fields: Any) -> Plan:
    """Of an SQLite file, to directories."""
    given = {"name": "Shop", "source_kind": "sqlite", "recipients": str(IDENTITY.to_public())}
    made = Plan(**{**given, **fields})
    save_plan(made, {"path": str(source)}, [{"kind": "local", "path": str(p)} for p in places])
    return made


def backed_up(of: Plan) -> Backup:
    made = run(queue(of, "test", time.time_ns() // 1_000_000).pk)
    assert made is not None
    return made


def files_in(directory: Path) -> list[str]:
    return sorted(each.name for each in directory.rglob("*") if each.is_file())


def opened(artifact: Path, identity: x25519.Identity = IDENTITY) -> bytes:
    """As a person with the recovery key would."""
    found = b""
    with artifact.open("rb") as file, encrypt.inverse(file, [identity]) as compressed:
        stream = Inverse(compressed)
        while data := stream.read(65536):
            found += data
    return found
