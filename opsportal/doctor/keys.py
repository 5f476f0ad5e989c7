"""Keys: the secret key that reads every stored secret, and the recovery key of the backups."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from alerts.models import Channel
from backups import keys
from backups.models import Plan, PlanDestination
from monitoring.models import Check
from opsportal.doctor.base import Finding, advice, ok, wrong
from opsportal.lib.crypto import UnreadableSecretError, decrypt


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
    stored = [
        *((f"check “{name}”", text) for name, text in _of(Check, "name", "secrets")),
        *((f"channel “{name}”", text) for name, text in _of(Channel, "name", "secrets")),
        *((f"plan “{name}”", text) for name, text in _of(Plan, "name", "source_secrets")),
        *(
            (f"a destination of “{name}”", text)
            for name, text in _of(PlanDestination, "plan__name", "secrets")
        ),
    ]
    unreadable = [name for name, text in stored if not _is_readable(text)]
    if unreadable:
        return wrong(
            f"secrets cannot be read: {', '.join(unreadable[:5])}",
            "Put the former SECRET_KEY into SECRET_KEY_FALLBACKS, or enter the secrets again.",
        )
    return ok(f"all {len(stored)} stored secrets can be read")


def _of(model: type, name: str, secrets: str) -> Iterator[tuple[str, str]]:
    rows = model._default_manager.exclude(**{secrets: ""})  # type: ignore[attr-defined]
    yield from rows.values_list(name, secrets)


def _is_readable(text: str) -> bool:
    try:
        decrypt(text)
    except UnreadableSecretError:
        return False
    return True


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
