"""A directory of this machine, or of one that is mounted."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backups.destinations.base import Destination, Stored, Upload
from backups.errors import DestinationError, GoneError
from backups.sources.base import Readable
from opsportal.lib.kinds import kind, setting

PARTIAL = ".partial"
PRIVATE = 0o600


@kind
class Local(Destination):
    name = "local"
    label = "Directory"

    path: str = setting("Path", "Absolute; made if it is not there")

    def validate(self) -> dict[str, str]:
        if not Path(self.path).is_absolute():
            return {"path": "must be absolute, such as /srv/backups"}
        return {}

    @property
    def place(self) -> str:
        return self.path

    def fetched_by_hand(self, key: str) -> str:
        path = shlex.quote(str(Path(self.path, key)))
        return f"cp {path} {path}.json ."

    def upload(self, key: str) -> Upload:
        path = self._path(key)
        with _explained(f"cannot write to {path.parent}"):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return LocalUpload(path)

    @contextmanager
    def open(self, key: str) -> Iterator[Readable]:
        path = self._path(key)
        # A disk that is not mounted has not even the directory: that tells nothing of the file.
        if path.parent.is_dir() and not path.exists():
            raise GoneError(f"{path} is not there any more")
        with _explained(f"cannot read {path}"):
            file = path.open("rb")
        with file:
            yield _Reading(file, path)

    def delete(self, key: str) -> None:
        with _explained(f"cannot delete {self._path(key)}"):
            self._path(key).unlink(missing_ok=True)

    def listed(self, prefix: str) -> Iterable[Stored]:
        root = Path(self.path)
        with _explained(f"cannot read {root}"):
            for path in sorted(self._below(prefix).rglob("*")):
                key = path.relative_to(root).as_posix()
                if path.is_file() and key.startswith(prefix) and path.suffix != PARTIAL:
                    found = path.stat()
                    yield Stored(key, found.st_size, int(found.st_mtime * 1000))

    def sweep(self, prefix: str, before_ms: int) -> int:
        swept = 0
        with _explained(f"cannot clean {self.path}"):
            for path in self._below(prefix).rglob(f"*{PARTIAL}"):
                key = path.relative_to(self.path).as_posix()
                if key.startswith(prefix) and path.stat().st_mtime * 1000 < before_ms:
                    path.unlink(missing_ok=True)
                    swept += 1
        return swept

    def _below(self, prefix: str) -> Path:
        """The directory to search: the rest of the disk may be large, and is not ours."""
        return Path(self.path, prefix.rpartition("/")[0])

    def _path(self, key: str) -> Path:
        path = Path(self.path, key)
        if not path.resolve().is_relative_to(Path(self.path).resolve()):
            raise DestinationError(f"{key} lies outside of {self.path}")
        return path


class _Reading:
    """Explains its own errors alone, and not those of whoever reads."""

    def __init__(self, file: Readable, path: Path) -> None:
        self._file, self._path = file, path

    def read(self, size: int = -1, /) -> bytes:
        with _explained(f"cannot read {self._path}"):
            return self._file.read(size)


class LocalUpload(Upload):
    """Written beside its final name, on the disk before it gets that."""

    def __init__(self, path: Path) -> None:
        self._path, self._partial = path, path.with_name(path.name + PARTIAL)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._file = os.fdopen(os.open(self._partial, flags, PRIVATE), "wb")

    def write(self, data: bytes) -> None:
        with _explained(f"cannot write {self._path}"):
            self._file.write(data)

    def commit(self) -> None:
        with _explained(f"cannot write {self._path}"):
            self._file.flush()
            os.fsync(self._file.fileno())
            _forgotten(self._file.fileno())
            self._file.close()
            self._partial.rename(self._path)
            _sync_directory(self._path.parent)

    def abort(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._partial.unlink(missing_ok=True)


def _forgotten(descriptor: int) -> None:
    """Whoever reads it back reads the disk, and what others have in the cache stays there."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _sync_directory(path: Path) -> None:
    """Or the name may be lost with the power. Windows cannot, and does not need to."""
    if os.name != "posix":
        return
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DestinationError(f"{what}: {error.strerror or error}") from None
