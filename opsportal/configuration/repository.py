"""The exported configuration in a Git repository of its own: who changed what, and when.

There is one where set-up was told `--git`; each change in the admin is then committed with its
author. It holds no secrets (`exporting`).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser

from opsportal.configuration.exporting import export_text
from opsportal.setup.directories import alone_in

FILE = "portal.yaml"
TIMEOUT_SECONDS = 30
PORTAL = "OpsPortal <opsportal@localhost>"


class GitError(RuntimeError):
    """In git's own words."""


def directory() -> Path:
    return Path(settings.DATA_DIR) / "configuration"


def is_kept() -> bool:
    return (directory() / ".git").is_dir()


def make() -> bool:
    """Whether there was none before. Raises GitError."""
    if is_kept():
        return False
    directory().mkdir(mode=0o700, parents=True, exist_ok=True)
    _git("init", "--quiet", "--initial-branch=main")
    keep(PORTAL, "Begin to keep the configuration")
    return True


def keep(author: str, message: str) -> bool:
    """Commits what has changed; whether anything had. Raises GitError."""
    with alone_in(directory()):
        path = directory() / FILE
        beside = path.with_suffix(".new")
        beside.write_text(export_text(), encoding="utf-8")
        beside.replace(path)
        _git("add", FILE)
        if not _git("status", "--porcelain", FILE):
            return False
        _git("commit", "--quiet", f"--author={author}", "--message", message, "--", FILE)
    return True


def author_of(user: AbstractBaseUser) -> str:
    """As git writes it; what would end the name or the address early is left out."""
    full_name = getattr(user, "get_full_name", str)()
    address = getattr(user, "email", "") or f"{user.get_username()}@localhost"
    return f"{_clean(full_name or user.get_username())} <{_clean(address)}>"


def _clean(text: str) -> str:
    return "".join(each for each in text if each.isprintable() and each not in "<>").strip() or "?"


def _git(*arguments: str) -> str:
    """With nobody's configuration and nobody's hooks."""
    identity = {"NAME": "OpsPortal", "EMAIL": "opsportal@localhost"}
    committer = {f"GIT_COMMITTER_{name}": value for name, value in identity.items()}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=directory(),
            env={**os.environ, **committer, "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise GitError("git is not installed; on Debian: apt install git") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git did not end within {TIMEOUT_SECONDS} s") from None
    if done.returncode:
        raise GitError(done.stderr.strip()[:500] or f"git ended with {done.returncode}")
    return done.stdout
