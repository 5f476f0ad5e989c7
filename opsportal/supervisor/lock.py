"""One portal per data directory: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class AlreadyRunningError(RuntimeError):
    """Another portal holds the data directory; `pid` is its supervisor's, 0 when unknown."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"a portal already runs here (process {pid})")
        self.pid = pid


def take(path: Path) -> int:
    """The lock's file descriptor, inherited by `exec`. Raises AlreadyRunningError, OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        written = os.read(descriptor, 20).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise AlreadyRunningError(int(written) if written.isdigit() else 0) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
    os.set_inheritable(descriptor, True)
    return descriptor


def release(path: Path, descriptor: int) -> None:
    """Removes the file while the lock is still held: nobody can have taken it in between."""
    path.unlink(missing_ok=True)
    os.close(descriptor)
