"""Where a deployment puts things, and where it found them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from opsportal.deployment.errors import DeploymentError
from opsportal.handing_over import CURRENT, ENVIRONMENT, RELEASES

LOCK_FILE = "requirements.txt"


@dataclass(frozen=True, slots=True)
class Release:
    """The code in a directory, with the environment that it runs in."""

    directory: Path
    # Of the release that runs this, which may be a checkout with an environment elsewhere.
    own_python: Path | None = None

    @property
    def name(self) -> str:
        return self.directory.name

    @property
    def python(self) -> Path:
        return self.own_python or self.directory / ENVIRONMENT / "bin" / "python"

    @property
    def static_dir(self) -> Path:
        """Its own: while both serve, neither may take files away from the other."""
        return self.directory / ".static"

    def manage(self, *words: str) -> list[str]:
        return [str(self.python), str(self.directory / "manage.py"), *words]

    @property
    def lock_key(self) -> str:
        """Names the environment of what it depends on: releases with the same lock share it."""
        data = (self.directory / LOCK_FILE).read_bytes()
        return hashlib.sha256(data).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Places:
    data_dir: Path

    @property
    def releases(self) -> Path:
        return self.data_dir / RELEASES

    @property
    def current(self) -> Path:
        return self.data_dir / CURRENT

    @property
    def environments(self) -> Path:
        return self.data_dir / "environments"

    @property
    def lock(self) -> Path:
        return self.releases / "lock"

    @property
    def log(self) -> Path:
        """What every command of the last deployment has said."""
        return self.releases / "deploy.log"

    @property
    def copy(self) -> Path:
        """Of the database as it was before the migrations."""
        return self.releases / "before"

    def release(self, commit: str) -> Release:
        return Release(self.releases / commit[:12])

    def point_at(self, release: Release) -> None:
        """In one step: at every moment there is a link, to the one or to the other."""
        temporary = self.current.with_name(f".{CURRENT}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(release.directory.relative_to(self.data_dir))
        temporary.replace(self.current)


def checkout_of(base_dir: Path) -> Path:
    """The clone that a release was taken from, or `base_dir` where that is the clone itself."""
    marker = base_dir / ".git"
    if marker.is_dir():
        return base_dir
    try:
        # A work tree says where its repository is: gitdir: CHECKOUT/.git/worktrees/NAME
        git_dir = Path(marker.read_text(encoding="utf-8").removeprefix("gitdir:").strip())
    except OSError:
        raise DeploymentError(
            f"{base_dir} is no Git checkout. Deploy from a clone; an image is deployed by what "
            "runs it (docs/deploying.md)."
        ) from None
    return git_dir.parents[2] if git_dir.parent.name == "worktrees" else base_dir
