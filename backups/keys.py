"""age keys. The portal knows public ones alone; the private half of the recovery key belongs to a
person, and what stays of it on the machine is a file that nags until it is taken away."""

from __future__ import annotations

import os
from pathlib import Path

import pyrage
from django.conf import settings
from pyrage import x25519

PUBLIC, PRIVATE = "recovery-key.pub", "recovery-key.txt"
_HEADER = """# The recovery key of this portal's backups: nothing else opens them.
# Keep it where the backups and this machine are not, in two places; then delete this file.
# Open a backup with: age -d -i THIS_FILE BACKUP | zstd -d
"""


def recipients_in(text: str) -> list[x25519.Recipient]:
    """Public keys, one a line. Raises ValueError."""
    return [_recipient(line) for each in text.splitlines() if (line := each.strip())]


def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise ValueError(f"{text[:20]!r} is no age public key (age1…)") from None


def identities_in(path: Path) -> list[x25519.Identity]:
    """Of a file as age-keygen writes it. Raises ValueError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read the identity file {path}: {error}") from None
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        identities = [x25519.Identity.from_str(each) for each in found]
    except pyrage.IdentityError:
        raise ValueError(f"{path} holds something that is no age key") from None
    if not identities:
        raise ValueError(f"{path} holds no age key")
    return identities


def directory() -> Path:
    return Path(settings.DATA_DIR) / "keys"


def make_recovery_key() -> bool:
    """Once; True when it was made now."""
    public = directory() / PUBLIC
    if public.exists():
        return False
    directory().mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = x25519.Identity.generate()
    # The private half first: a public key alone would lock every backup for ever.
    _written(directory() / PRIVATE, f"{_HEADER}{identity}\n", 0o600)
    _written(public, f"{identity.to_public()}\n", 0o644)
    return True


def _written(path: Path, text: str, mode: int) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)


def recovery_recipients() -> list[x25519.Recipient]:
    """Raises ValueError where set-up has not made it."""
    try:
        return recipients_in((directory() / PUBLIC).read_text(encoding="utf-8"))
    except OSError:
        raise ValueError("there is no recovery key: run manage.py setup") from None


def private_key_path() -> Path | None:
    """Where the private half still lies on this machine; None when somebody has taken it away."""
    path = directory() / PRIVATE
    return path if path.exists() else None
