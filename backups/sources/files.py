"""Files and directories, such as uploaded media. The artifact is what tar reads."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from backups import keys
from backups.census import Census
from backups.errors import SourceError
from backups.sources.base import Dump, Readable, Source, Surroundings, Target
from opsportal.lib.kinds import kind, setting

CHUNK_BYTES = 256 * 1024
FILES = "files"


@kind
class Files(Source):
    name = "files"
    label = "Files"
    suffix = "tar"
    by_hand = "age -d -i KEY FILE | zstd -d | tar -x"

    paths: list[str] = setting("Paths", "Absolute: files, or directories with all that is in them")

    def validate(self) -> dict[str, str]:
        if not self.paths:
            return {"paths": "at least one is needed"}
        wrong = [path for path in self.paths if not Path(path).is_absolute()]
        return {"paths": f"{wrong[0][:80]!r} must be absolute"} if wrong else {}

    @property
    def place(self) -> str:
        return ", ".join(self.paths)

    @contextmanager
    def dump(self, around: Surroundings) -> Iterator[Dump]:
        dump = FilesDump([Path(path) for path in self.paths])
        try:
            yield dump
        finally:
            dump.stop()

    @contextmanager
    def scratch(self, around: Surroundings) -> Iterator[Target]:
        directory = around.work_dir / "scratch"
        shutil.rmtree(directory, ignore_errors=True)
        try:
            yield FilesTarget(directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    @classmethod
    @contextmanager
    def restoring(cls, url: str, overwrite: bool, around: Surroundings) -> Iterator[Target]:
        path = Path(url.removeprefix("file://"))
        if not path.is_absolute():
            raise SourceError("a target of files is an absolute directory, such as /srv/restored")
        if path.is_dir() and any(path.iterdir()) and not overwrite:
            raise SourceError(f"{path} is not empty; --overwrite replaces it")
        beside, before = (path.with_name(f"{path.name}.{w}") for w in ("restoring", "replaced"))
        shutil.rmtree(beside, ignore_errors=True)
        try:
            yield FilesTarget(beside)
            _swapped(path, beside, before)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _swapped(path: Path, beside: Path, before: Path) -> None:
    """What was there goes only when the other has its name."""
    shutil.rmtree(before, ignore_errors=True)
    if path.exists():
        path.rename(before)
    try:
        beside.rename(path)
    except OSError:
        if before.exists():
            before.rename(path)
        raise
    shutil.rmtree(before, ignore_errors=True)


class FilesDump(Dump):
    """A thread writes the archive into a pipe, from which it is read."""

    def __init__(self, paths: list[Path]) -> None:
        for path in paths:
            if not path.exists():
                raise SourceError(f"there is no {path}")
        self._paths, self._error = paths, ""
        self._digests: dict[str, str] = {}
        reading, self._writing = os.pipe()
        self._pipe = os.fdopen(reading, "rb")
        self.stream = self._pipe
        self.expected_bytes = sum(file.stat().st_size for path in paths for file in _within(path))
        self.versions = {}
        self._thread = Thread(target=self._write, name="tar", daemon=True)
        self._thread.start()

    def _write(self) -> None:
        try:
            with (
                os.fdopen(self._writing, "wb") as pipe,
                # A file of two names is two files: the second would be but a link to the first.
                tarfile.open(
                    fileobj=pipe, mode="w|", bufsize=CHUNK_BYTES, dereference=True
                ) as archive,
            ):
                for path in self._paths:
                    for file in _within(path):
                        self._add(archive, file)
        except (OSError, tarfile.TarError) as error:
            self._error = str(error)

    def _add(self, archive: tarfile.TarFile, path: Path) -> None:
        """A file that grows meanwhile is kept as long as it was; one that is gone is left out."""
        name = _name(path)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            entry = archive.gettarinfo(arcname=name, fileobj=file)
            hashed = _Hashed(file)
            archive.addfile(entry, hashed)
            self._digests[name] = hashed.digest.hexdigest()

    def finish(self) -> None:
        self._thread.join()
        if self._error:
            raise SourceError(f"cannot read everything: {self._error}")

    def census(self, checksums: bool) -> Census:
        return _census(self._digests)

    def stop(self) -> None:
        with suppress(OSError):
            self._pipe.close()
        self._thread.join()


class FilesTarget(Target):
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def load(self, stream: Readable) -> None:
        self._directory.mkdir(parents=True, mode=0o700)
        try:
            # The stdlib's own type asks for more than it uses of a stream.
            with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK_BYTES) as archive:  # type: ignore[call-overload]
                archive.extractall(self._directory, filter="data")
            while stream.read(CHUNK_BYTES):
                pass  # what fills the last record
        except (OSError, tarfile.TarError) as error:
            raise SourceError(f"tar says: {error}") from None

    def census(self, checksums: bool) -> Census:
        found = {}
        for path in _within(self._directory):
            with path.open("rb") as file:
                name = path.relative_to(self._directory).as_posix()
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
        return _census(found)


class _Hashed:
    def __init__(self, file: Readable) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _within(path: Path) -> Iterator[Path]:
    """Regular files in a fixed order. Links are not followed: they may lead out."""
    if _is_ours(path):
        yield path
    for directory, names, files in os.walk(path):
        names.sort()
        for name in sorted(files):
            file = Path(directory, name)
            if _is_ours(file):
                yield file


def _is_ours(path: Path) -> bool:
    """The key that opens the backups is in none of them."""
    return path.is_file() and not path.is_symlink() and path != keys.directory() / keys.PRIVATE


def _name(path: Path) -> str:
    return path.as_posix().lstrip("/")


def _census(digests: dict[str, str]) -> Census:
    whole = hashlib.sha256()
    for name, digest in sorted(digests.items()):
        whole.update(f"{name}\0{digest}\n".encode("utf-8", "surrogateescape"))
    return Census({FILES: len(digests)}, {FILES: whole.hexdigest()})
