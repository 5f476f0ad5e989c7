"""The data directory, readable by its owner only, and the secret key inside it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from opsportal.setup.step import Outcome, Report, SetupError

try:
    import fcntl
except ImportError:  # Windows: directories cannot be locked, one set-up at a time
    fcntl = None  # type: ignore[assignment]


def make_directories() -> Report:
    wanted = [settings.DATA_DIR, settings.RUN_DIR]
    missing = [path for path in wanted if not path.is_dir()]
    try:
        for path in missing:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _prove_writable(settings.DATA_DIR)
    except OSError as error:
        raise SetupError(
            f"The data directory {settings.DATA_DIR} cannot be written to: {error.strerror}. "
            "Free some space or mend its permissions, or choose another OPSPORTAL_DATA_DIR."
        ) from None
    outcome = Outcome.DONE if missing else Outcome.ALREADY
    return Report(outcome, f"data directory {settings.DATA_DIR}")


def _prove_writable(directory: Path) -> None:
    """Permission bits do not tell about full disks and read-only mounts: a write does."""
    probe = directory / f".probe-{os.getpid()}"
    try:
        probe.write_bytes(b"\0" * 4096)
    finally:
        probe.unlink(missing_ok=True)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """One set-up at a time: two that migrate at once fail half-way. Locks the directory itself."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def make_secret_key() -> Report:
    """Created whole or not at all, once, whoever else is setting up at the same time."""
    path: Path = settings.SECRET_KEY_FILE
    if settings.ENVIRONMENT.text("SECRET_KEY"):
        return Report(Outcome.ALREADY, "secret key from the environment")
    if path.exists() and path.stat().st_size:
        return Report(Outcome.ALREADY, "secret key")
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        # A link, unlike a rename, never replaces the key that another set-up made meanwhile.
        os.link(temporary, path)
    except FileExistsError:
        return Report(Outcome.ALREADY, "secret key")
    finally:
        temporary.unlink()
    settings.SECRET_KEY = path.read_text(encoding="ascii")
    return Report(Outcome.DONE, "secret key")
