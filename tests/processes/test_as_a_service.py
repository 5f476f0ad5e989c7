"""`setup --systemd` and what systemd hears of the portal."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opsportal.setup import systemd
from opsportal.setup.step import Outcome, SetupError
from opsportal.setup.systemd import Machine, install_service, remove_service
from opsportal.setup.unit import NAME, environment_text, unit_text
from opsportal.supervisor.program import Program
from opsportal.supervisor.supervisor import Supervisor
from tests.running_portal import ROOT


@pytest.fixture
def _as_root(require: Callable[[bool, str], None]) -> None:
    require(os.geteuid() == 0, "only root can give files to another user")


@pytest.fixture
def machine(tmp_path: Path, settings: object) -> Machine:
    """Without a systemd that runs, and with directories of its own."""
    data = tmp_path / "data"
    data.mkdir()
    settings.DATA_DIR = data  # type: ignore[attr-defined]
    return Machine(tmp_path / "units", tmp_path / "configuration", tmp_path / "not-running")


def installed(machine: Machine) -> str:
    install_service(machine, user="daemon")
    return (machine.units / NAME).read_text(encoding="utf-8")


def test_others_than_root_are_told_how(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd.os, "geteuid", lambda: 1000)  # type: ignore[attr-defined]
    with pytest.raises(SetupError, match="needs root"):
        install_service(machine)


@pytest.mark.usefixtures("_as_root")
def test_a_checkout_that_the_service_cannot_read_is_refused(
    machine: Machine, settings: object, tmp_path: Path
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    settings.BASE_DIR = hidden  # type: ignore[attr-defined]
    with pytest.raises(SetupError, match="/opt/opsportal"):
        install_service(machine, user="daemon")
    assert not (machine.units / NAME).exists()


@pytest.mark.usefixtures("_as_root")
def test_without_systemd_it_is_written_and_said_what_to_do(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, "_refuse_unreadable", lambda *_: None)
    report = install_service(machine, user="daemon")
    assert report.outcome is Outcome.TODO
    assert "systemctl enable --now" in report.text
    assert (machine.units / NAME).stat().st_mode & 0o777 == 0o600
    assert remove_service(machine).outcome is Outcome.DONE
    assert remove_service(machine).outcome is Outcome.ALREADY


def test_secrets_are_in_the_environment_file_alone_and_survive_its_quoting(tmp_path: Path) -> None:
    text = environment_text({"SECRET_KEY": 'it\'s $a "key" 100%'})
    read = subprocess.run(
        ["/bin/sh", "-c", f'{text}\nprintf %s "$SECRET_KEY"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert read.stdout == 'it\'s $a "key" 100%'


def test_a_command_has_the_variables_of_the_service_as_the_documents_say(tmp_path: Path) -> None:
    file = tmp_path / "environment"
    file.write_text(environment_text({"SECRET_KEY": 'it\'s $a "key" 100%'}), encoding="utf-8")
    page = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    (shown,) = [line for line in page.splitlines() if line.startswith("sudo sh -c 'set -a; . ")]
    command = shown.removeprefix("sudo ").replace("/etc/opsportal/environment", str(file))
    deployed = ".venv/bin/python manage.py deploy v1.2.0"
    assert deployed in command
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(deployed, "printenv SECRET_KEY")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'it\'s $a "key" 100%\n'


def written_unit(directory: Path) -> Path:
    unit = directory / NAME
    unit.write_text(
        unit_text(
            user="daemon",
            base_dir=ROOT,
            data_dir=directory / "100% of it",
            python=Path(sys.executable),
            environment_file=directory / "environment",
        ),
        encoding="utf-8",
    )
    return unit


def test_systemd_finds_the_unit_hardened_and_watches_it(
    tmp_path: Path, require: Callable[[bool, str], None]
) -> None:
    """Of ten points of exposure at most two and a half; a unit without anything has 9.6."""
    analyse = shutil.which("systemd-analyze")
    require(analyse is not None, "systemd-analyze is not installed (Debian: systemd)")
    unit = written_unit(tmp_path)
    words = ["security", "--offline=true", "--threshold=25", "--no-pager", str(unit)]
    done = subprocess.run([str(analyse), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = unit.read_text(encoding="utf-8").splitlines()
    assert {"Type=notify", "WatchdogSec=30", "ProtectSystem=strict", "NoNewPrivileges=yes"} <= {
        *lines
    }


def test_systemd_itself_accepts_the_unit(
    tmp_path: Path, require: Callable[[bool, str], None]
) -> None:
    analyse = shutil.which("systemd-analyze")
    require(analyse is not None, "systemd-analyze is not installed (Debian: systemd)")
    unit = written_unit(tmp_path)
    done = subprocess.run(
        [str(analyse), "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if NAME in line]
    assert said == []


def test_the_supervisor_says_when_it_is_ready_alive_and_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        supervisor = Supervisor(
            [Program("child", (sys.executable, "-c", "import time; time.sleep(60)"))],
            tmp_path / "portal.json",
        )
        assert "NOTIFY_SOCKET" not in os.environ  # no child speaks for the portal
        monkeypatch.setattr(supervisor, "_listen", lambda: None)
        monkeypatch.setattr(supervisor, "_sleep", lambda: supervisor._on_stop())
        supervisor.run()
        heard = [ear.recv(100).decode() for _ in range(3)]
    assert heard == ["READY=1", "WATCHDOG=1", "STOPPING=1"]
