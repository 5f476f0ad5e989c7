"""An SQLite file, copied while others write to it. The artifact is a database file."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backups.census import Census
from backups.errors import SourceError
from backups.sources.base import Dump, Readable, Source, Surroundings, Target
from backups.stopping import Stopper
from opsportal.lib.kinds import kind, setting

CHUNK_BYTES = 1024 * 1024
WHOLE = "the file as a whole"
# Other rooms of the disk are not ours to fill.
LEFT_FREE_BYTES = 64 * 1024 * 1024


@kind
class Sqlite(Source):
    name = "sqlite"
    label = "SQLite"
    suffix = "sqlite3"
    by_hand = "age -d -i KEY FILE | zstd -d > restored.sqlite3"

    path: str = setting("File", "Absolute path of the database file")

    def validate(self) -> dict[str, str]:
        if not Path(self.path).is_absolute():
            return {"path": "must be absolute, such as /srv/app/db.sqlite3"}
        return {}

    @property
    def place(self) -> str:
        return self.path

    @contextmanager
    def dump(self, around: Surroundings) -> Iterator[Dump]:
        copy = around.work_dir / "copy.sqlite3"
        try:
            _copied(Path(self.path), copy, around.lock_timeout_seconds)
            with copy.open("rb") as file:
                yield SqliteDump(copy, file, around.stopper)
        finally:
            _removed(copy)

    @contextmanager
    def scratch(self, around: Surroundings) -> Iterator[Target]:
        path = around.work_dir / "scratch.sqlite3"
        try:
            yield SqliteTarget(path, around.stopper)
        finally:
            _removed(path)

    @classmethod
    @contextmanager
    def restoring(cls, url: str, overwrite: bool, around: Surroundings) -> Iterator[Target]:
        """A running program keeps the file that it has open: stop it before, start it after."""
        path = _path_of(url)
        if path.exists() and path.stat().st_size and not overwrite:
            raise SourceError(f"{path} is not empty; --overwrite replaces it")
        beside = path.with_name(f"{path.name}.restoring")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield SqliteTarget(beside, around.stopper)
            _folded(path)
            # What these hold belongs to the file that goes.
            _removed(path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))
            beside.replace(path)
        finally:
            _removed(beside)


class SqliteDump(Dump):
    def __init__(self, copy: Path, file: Readable, stopper: Stopper) -> None:
        self._copy, self._hashed, self._stopper = copy, Hashed(file), stopper
        self.stream = self._hashed
        self.expected_bytes = copy.stat().st_size
        self.versions = {"sqlite": sqlite3.sqlite_version}

    def finish(self) -> None:
        """Nothing to wait for: the copy was whole before it was read."""

    def census(self, checksums: bool) -> Census:
        counted = census_of(self._copy, self._stopper)
        return Census(counted.rows, {WHOLE: self._hashed.digest.hexdigest()})


class SqliteTarget(Target):
    def __init__(self, path: Path, stopper: Stopper) -> None:
        self._path, self._stopper, self._digest = path, stopper, ""

    def load(self, stream: Readable) -> None:
        digest = hashlib.sha256()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            while data := stream.read(CHUNK_BYTES):
                digest.update(data)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self._digest = digest.hexdigest()
        _checked(self._path, self._stopper)

    def census(self, checksums: bool) -> Census:
        return Census(census_of(self._path, self._stopper).rows, {WHOLE: self._digest})


class Hashed:
    """Reads on, and knows the digest of what it has read."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data


def census_of(path: Path, stopper: Stopper) -> Census:
    try:
        with closing(_opened(path)) as database, stopper.ends(lambda _: database.interrupt()):
            tables = database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
            ).fetchall()
            return Census({name: _count(database, name) for (name,) in tables})
    except sqlite3.Error as error:
        raise SourceError(f"the database cannot be counted; SQLite says: {error}") from None


def _count(database: sqlite3.Connection, table: str) -> int:
    quoted = '"' + table.replace('"', '""') + '"'
    return int(database.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0])  # noqa: S608


def _copied(path: Path, copy: Path, timeout_seconds: int) -> None:
    """All pages in one step: a copy in many would begin anew at each write of somebody else. In
    WAL mode writers wait for milliseconds."""
    if not path.is_file():
        raise SourceError(f"there is no file {path}")
    needed = path.stat().st_size + LEFT_FREE_BYTES
    if shutil.disk_usage(copy.parent).free < needed:
        raise SourceError(f"{copy.parent} has no room for a copy: {needed} bytes are needed")
    try:
        with (
            closing(_opened(path, timeout_seconds)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            copy.chmod(0o600)
            source.backup(target, pages=-1)
            # A file of its own, whoever opens it: without this it would ask for its -wal.
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise SourceError(f"SQLite says of {path}: {error}") from None


def _opened(path: Path, timeout_seconds: int = 5) -> sqlite3.Connection:
    """Only to be read."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=timeout_seconds)


def _folded(path: Path) -> None:
    """Its -wal into it: killed between the next two steps, what was there is whole."""
    if path.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _checked(path: Path, stopper: Stopper) -> None:
    try:
        with (
            closing(sqlite3.connect(path)) as database,
            stopper.ends(lambda _: database.interrupt()),
        ):
            (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise SourceError(f"SQLite says: {error}") from None
    if said != "ok":
        raise SourceError(f"SQLite's integrity check says: {said}")


def _path_of(url: str) -> Path:
    """Of sqlite:////srv/db.sqlite3 or of a plain path."""
    path = unquote(urlsplit(url).path)[1:] if url.startswith("sqlite:") else url
    if not path or not Path(path).is_absolute():
        raise SourceError("an SQLite target is written as sqlite:////srv/app/db.sqlite3")
    return Path(path)


def _removed(*paths: Path) -> None:
    for path in paths:
        for each in (path, path.with_name(f"{path.name}-journal")):
            each.unlink(missing_ok=True)
