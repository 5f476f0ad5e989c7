"""`make run` in a clone whose dependencies are installed. That it installs them on a bare machine
is shown by `make bench ARGS=fresh`: it takes a minute, and the network."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.running_portal import ROOT, RunningPortal, until


def installed(directory: Path) -> Path:
    """The environment of the tests, as `make` leaves one behind."""
    directory.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (directory / name).symlink_to(Path(sys.prefix) / name)
    (directory / ".run-stamp").touch()
    return directory


@pytest.mark.takes_long
def test_it_sets_up_runs_says_where_and_ends_with_ctrl_c(
    prepared_portal: RunningPortal, tmp_path: Path, require: Callable[[bool, str], None]
) -> None:
    require(shutil.which("make") is not None, "make is not installed (Debian: make)")
    command = ["make", "run", f"VENV={installed(tmp_path / 'environment')}"]
    with prepared_portal.log_file.open("ab") as log:
        made = subprocess.Popen(
            command,
            cwd=ROOT,
            env=prepared_portal.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    prepared_portal.process = made
    until(prepared_portal.is_ready, 120, f"ready\n{prepared_portal.log}")
    assert f"OpsPortal is on {prepared_portal.url}" in prepared_portal.log
    family = psutil.Process(made.pid).children(recursive=True)
    os.killpg(made.pid, signal.SIGINT)  # as a terminal does
    made.wait(30)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
