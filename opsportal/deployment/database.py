"""The portal's database around its migrations: what waits, a copy of before, and the way back."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backups.models import Plan
from backups.sources.base import Source, Surroundings
from backups.sources.django import DjangoDatabase
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.plan import Migration

CHUNK_BYTES = 1024 * 1024
BUSY_SECONDS = 30


def pending_as_json() -> str:
    """What this release would migrate."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    waiting = [{"name": str(migration), "is_atomic": migration.atomic} for migration, _ in plan]
    return json.dumps({"pending": waiting})


def pending_from(said: str) -> list[Migration]:
    """Of the last line: what else the command says comes before. Raises DeploymentError."""
    try:
        listed = json.loads(said.strip().splitlines()[-1])["pending"]
        return [Migration(str(each["name"]), bool(each["is_atomic"])) for each in listed]
    except (IndexError, KeyError, TypeError, ValueError):
        raise DeploymentError("the release does not say what it would migrate") from None


def copy_to(path: Path) -> None:
    """Only its owner can read it. Raises BackupError, OSError."""
    with _around(path.parent) as around, _source().dump(around) as dump:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            while data := dump.stream.read(CHUNK_BYTES):
                file.write(data)
            dump.finish()
            file.flush()
            os.fsync(file.fileno())


def restore_from(path: Path) -> None:
    """While the portal runs. Raises BackupError, OSError, sqlite3.Error."""
    connection.close()
    if connection.vendor == "sqlite":
        _write_pages(path, Path(settings.DATABASES["default"]["NAME"]))
        return
    # Those that wait in it are to the database that is replaced.
    connection.close_pool()  # type: ignore[attr-defined]
    source = _source()
    url: str = source.url  # type: ignore[attr-defined]
    with (
        _around(path.parent) as around,
        source.restoring(url, True, around) as target,
        path.open("rb") as stream,
    ):
        target.load(stream)


def _write_pages(copy: Path, database: Path) -> None:
    """In one transaction into the file as it is: whoever has it open sees it before or after."""
    with (
        closing(sqlite3.connect(copy)) as source,
        closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as target,
    ):
        source.backup(target)


def _source() -> Source:
    return DjangoDatabase(alias="default").real()


@contextmanager
def _around(directory: Path) -> Iterator[Surroundings]:
    with TemporaryDirectory(dir=directory) as work_dir:
        yield Surroundings(Path(work_dir))


def plans_of_the_portal() -> list[str]:
    """The names of the plans that back its database up."""
    return list(
        Plan.objects.filter(enabled=True, source_kind="django").values_list("name", flat=True)
    )
