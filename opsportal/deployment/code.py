"""The code of a release: fetched, and checked out into a directory of its own."""

from __future__ import annotations

from pathlib import Path

from opsportal.deployment.commands import Commands
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.places import LOCK_FILE, Release


def fetch(commands: Commands, checkout: Path) -> str:
    """What was fetched, in words. A clone without a remote has everything it will ever have."""
    if not _git(commands, checkout, "remote").strip():
        return "there is no remote; what is here is used"
    _git(commands, checkout, "fetch", "--tags", "--force", "--quiet", "--all")
    return "fetched"


def commit_of(commands: Commands, checkout: Path, ref: str) -> str:
    """A branch is that of the remote, as fetched: the checkout's own may be behind. Raises
    DeploymentError."""
    if ref.startswith("-"):
        raise DeploymentError(f"“{ref}” is no name of a release")
    for each in (f"refs/remotes/origin/{ref}", ref):
        try:
            words = ("rev-parse", "--verify", "--quiet", f"{each}^{{commit}}")
            return _git(commands, checkout, *words).strip()
        except DeploymentError:
            continue
    raise DeploymentError(f"there is no tag, branch or commit “{ref}”")


def check_out(commands: Commands, checkout: Path, commit: str, release: Release) -> bool:
    """Whether it was not there yet. Raises DeploymentError."""
    if release.directory.exists():
        if _is_clean(commands, release, commit):
            return False
        remove(commands, checkout, release)
    words = ("worktree", "add", "--detach", "--force", str(release.directory), commit)
    _git(commands, checkout, *words)
    for name in ("manage.py", LOCK_FILE, "opsportal/deployment"):
        if not (release.directory / name).exists():
            remove(commands, checkout, release)
            raise DeploymentError(f"{commit[:12]} has no {name}: it cannot be deployed this way")
    return True


def remove(commands: Commands, checkout: Path, release: Release) -> None:
    _git(commands, checkout, "worktree", "remove", "--force", str(release.directory))


def _is_clean(commands: Commands, release: Release, commit: str) -> bool:
    """A deployment that was killed may have left half of it."""
    try:
        head = _git(commands, release.directory, "rev-parse", "HEAD").strip()
        changed = _git(commands, release.directory, "status", "--porcelain", "-uno").strip()
    except DeploymentError:
        return False
    return head == commit and not changed


def _git(commands: Commands, directory: Path, *words: str) -> str:
    try:
        return commands.run(["git", *words], directory, f"git {words[0]}", as_user=False)
    except FileNotFoundError:
        raise DeploymentError("git is not installed on this machine") from None
