"""Keys: the secret key that reads every stored secret, and the recovery key of the backups."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from backups import keys
from opsportal.doctor.base import Finding, advice, ok, wrong
from opsportal.stored_secrets import stored_secrets


def examine() -> Iterator[Finding]:
    yield _secret_key()
    yield _secrets()
    yield _recovery_key()


def _secret_key() -> Finding:
    if settings.ENVIRONMENT.text("SECRET_KEY"):
        return ok("the secret key is given by the environment")
    path: Path = settings.SECRET_KEY_FILE
    if not path.is_file() or not path.stat().st_size:
        mend = "Run: python manage.py setup"
        return wrong("there is no secret key: everybody is logged out at each start", mend)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return wrong(f"others can read the secret key ({mode:o})", f"Run: chmod 600 {path}")
    return ok("the secret key is this user's alone")


def _secrets() -> Finding:
    """Only whether each can be read."""
    stored = list(stored_secrets())
    unreadable = [each.label for each in stored if not each.is_readable]
    if unreadable:
        return wrong(
            f"secrets cannot be read: {', '.join(unreadable[:5])}",
            "Put the former SECRET_KEY into SECRET_KEY_FALLBACKS, or enter the secrets again.",
        )
    return ok(f"all {len(stored)} stored secrets can be read")


def _recovery_key() -> Finding:
    try:
        keys.recovery_recipients()
    except ValueError as error:
        return wrong(f"backups cannot be encrypted: {error}", "Run: python manage.py setup")
    path = keys.private_key_path()
    if path is None:
        return ok("the backups' recovery key is not on this machine")
    return advice(
        f"the backups' recovery key still lies on this machine ({path})",
        "Whoever takes the machine can read every backup, and who loses the machine loses the key. "
        "Keep it elsewhere, in two places, then delete the file.",
    )
