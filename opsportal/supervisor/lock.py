"""One portal per data directory: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no supervisor runs there
    fcntl = None  # type: ignore[assignment]


class AlreadyRunningError(RuntimeError):
    """Another portal holds the data directory. `pid` and `url` are its own, "?" when unknown."""

    def __init__(self, pid: str, url: str) -> None:
        super().__init__(f"a portal already runs here (process {pid}, {url})")
        self.pid, self.url = pid, url


def take(path: Path, url: str) -> int:
    """The lock's file descriptor, inherited by `exec`. Raises AlreadyRunningError, OSError.

    The file says who holds it, for the message that a second start prints.
    """
    if fcntl is None:
        raise OSError(0, "there is no supervisor on Windows: docs/installing.md says what to run")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = [*os.read(descriptor, 500).decode("utf-8", "replace").split(), "?", "?"]
        os.close(descriptor)
        raise AlreadyRunningError(holder[0], holder[1]) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()} {url}\n".encode())
    os.set_inheritable(descriptor, True)
    return descriptor


def is_held(path: Path) -> bool:
    """Whether a portal runs. False where the file cannot be read."""
    if fcntl is None:
        return False
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def release(path: Path, descriptor: int) -> None:
    """Removes the file while the lock is still held: nobody can have taken it in between."""
    path.unlink(missing_ok=True)
    os.close(descriptor)
