"""What a release depends on: an environment for each lock, which releases share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from opsportal.deployment.commands import Commands
from opsportal.deployment.places import LOCK_FILE, Places, Release
from opsportal.handing_over import ENVIRONMENT


def install(commands: Commands, places: Places, release: Release, running: Release) -> str:
    """How it came there, in words. Raises DeploymentError, OSError."""
    environment = places.environments / release.lock_key
    how = "the same dependencies as before"
    if not environment.exists():
        # Under another name until it is whole: a deployment may be killed.
        partial = environment.with_name(f"{environment.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        places.environments.mkdir(mode=0o755, exist_ok=True)
        how = _made(commands, partial, release, running)
        partial.rename(environment)
    link = release.directory / ENVIRONMENT
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(environment, release.directory))
    return how


def remove_unused(places: Places) -> list[str]:
    """Those that no release links to; their names. Raises OSError."""
    linked = {link.resolve() for link in places.releases.glob(f"*/{ENVIRONMENT}")}
    unused = [
        each
        for each in places.environments.iterdir()
        # A link here is not ours to follow.
        if not each.is_symlink() and each.resolve() not in linked
    ]
    for each in unused:
        shutil.rmtree(each)
    return sorted(each.name for each in unused)


def _made(commands: Commands, partial: Path, release: Release, running: Release) -> str:
    is_ours = sys.prefix != sys.base_prefix
    if is_ours and running.lock_key == release.lock_key:
        # Links to the same files take seconds and no room; whatever upgrades the other one later
        # puts new files in the place of its own.
        shutil.copytree(sys.prefix, partial, symlinks=True, copy_function=_linked)
        return "the same dependencies as the checkout's"
    commands.run([sys.executable, "-m", "venv", str(partial)], release.directory, "making it")
    python = str(partial / "bin" / "python")
    pip = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-cache-dir",
    ]
    commands.run([*pip, "-r", LOCK_FILE], release.directory, "installing the dependencies")
    return "dependencies installed"


def _linked(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
