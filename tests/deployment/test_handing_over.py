"""The checkout's manage.py runs what was deployed, and nothing that a stranger put there."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.places import Places, Release, checkout_of
from opsportal.handing_over import hand_over
from tests.running_portal import ROOT


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("OPSPORTAL_DATA_DIR", str(tmp_path))
    return Places(tmp_path)


@pytest.fixture
def release(places: Places) -> Release:
    """One that says who it is."""
    made = places.release("0123456789abcdef")
    (made.directory / ".venv/bin").mkdir(parents=True)
    (made.directory / ".venv/bin/python").symlink_to(sys.executable)
    said = "import os, sys; print('released', sys.argv[1:], os.environ['OPSPORTAL_DATA_DIR'])"
    (made.directory / "manage.py").write_text(said, encoding="utf-8")
    return made


def test_without_a_deployment_the_checkout_runs_itself(places: Places) -> None:
    hand_over(ROOT)


def test_after_a_deployment_the_checkout_runs_the_release(places: Places, release: Release) -> None:
    places.point_at(release)
    said = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == f"released ['doctor', '--json'] {places.data_dir}"
    # To run the clone itself again, as is written: rm var/current
    places.current.unlink()
    hand_over(ROOT)


def test_a_release_runs_itself_whichever_is_current(places: Places, release: Release) -> None:
    places.point_at(release)
    hand_over(places.release("fedcba9876543210").directory)


def test_a_release_of_another_user_is_not_run(
    places: Places, release: Release, require: Callable[[bool, str], None]
) -> None:
    require(os.geteuid() == 0, "only root can give files to another user")
    places.point_at(release)
    os.lchown(places.current, 12345, 12345)
    with pytest.raises(SystemExit, match="belongs to another user"):
        hand_over(ROOT)


def test_a_release_that_is_gone_is_explained(places: Places, release: Release) -> None:
    places.point_at(release)
    (release.directory / ".venv/bin/python").unlink()
    with pytest.raises(SystemExit, match="cannot be run"):
        hand_over(ROOT)


def test_a_work_tree_knows_the_clone_it_is_of(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /opt/portal/.git/worktrees/0123\n", encoding="utf-8")
    assert checkout_of(tmp_path) == Path("/opt/portal")


def test_what_is_no_clone_cannot_be_deployed_to(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="no Git checkout"):
        checkout_of(tmp_path)
