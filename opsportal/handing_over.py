"""After a deployment, `manage.py` of the checkout runs the release that was deployed.

Without Django, and before anything of it: the release has its own. A release never hands over: it
may be one that is on trial, or the one that a failed deployment goes back to.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from opsportal.env import Environment

CURRENT = "current"
RELEASES = "releases"
# Of a release, beside its code.
ENVIRONMENT = ".venv"


def hand_over(base_dir: Path) -> None:
    """Does not return where there is a release to run. Raises SystemExit for one that others than
    this user, or root, may have put there."""
    data_dir = Environment(os.environ).path("OPSPORTAL_DATA_DIR", base_dir / "var")
    current = data_dir / CURRENT
    if base_dir.parent == (data_dir / RELEASES).resolve() or not current.is_symlink():
        return
    release = current.resolve()
    if release == base_dir:
        return
    _refuse_strangers(current, release)
    os.environ["OPSPORTAL_DATA_DIR"] = str(data_dir)
    python = release / ENVIRONMENT / "bin" / "python"
    try:
        os.execv(python, [str(python), str(release / "manage.py"), *sys.argv[1:]])  # noqa: S606
    except OSError as error:
        sys.exit(
            f"The deployed release {release} cannot be run: {error.strerror}. Deploy again after "
            f"removing {current}, without which the checkout itself runs."
        )


def _refuse_strangers(*paths: Path) -> None:
    """The service's user may write to the data directory: root must not run what it put there."""
    for path in paths:
        if path.lstat().st_uid not in {0, os.geteuid()}:
            sys.exit(
                f"{path} belongs to another user, whose code would run as you. Run this as that "
                "user, or deploy again as root."
            )
