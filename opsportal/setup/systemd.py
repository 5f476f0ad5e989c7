"""Installs the portal as a service of systemd, and takes it away again. Needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from opsportal.deployment.places import checkout_of
from opsportal.handing_over import ENVIRONMENT
from opsportal.setup.step import Outcome, Report, SetupError
from opsportal.setup.unit import NAME, environment_text, unit_text

USER = "opsportal"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where systemd looks; another place in tests."""

    units: Path = Path("/etc/systemd/system")
    configuration: Path = Path("/etc/opsportal")
    running: Path = Path("/run/systemd/system")


def install_service(machine: Machine = Machine(), user: str = USER) -> Report:
    _refuse_others_than_root()
    _make_user(user)
    base_dir, python = _checkout()
    _refuse_unreadable(base_dir, python, user)
    _give(settings.DATA_DIR, user)
    environment_file = machine.configuration / "environment"
    wanted = {
        environment_file: environment_text(_variables()),
        machine.units / NAME: unit_text(
            user=user,
            base_dir=base_dir,
            data_dir=settings.DATA_DIR,
            python=python,
            environment_file=environment_file,
        ),
    }
    changed = [path for path, text in wanted.items() if _write(path, text)]
    if not machine.running.is_dir():
        return Report(
            Outcome.TODO,
            f"service {machine.units / NAME} is written, but systemd does not run here: after "
            f"the next start of the machine, systemctl enable --now {NAME}",
        )
    _systemctl("daemon-reload")
    _systemctl("enable", NAME)
    _systemctl("restart" if changed else "start", NAME)
    return Report(Outcome.DONE if changed else Outcome.ALREADY, f"service {NAME} runs")


def remove_service(machine: Machine = Machine()) -> Report:
    unit = machine.units / NAME
    if not unit.exists():
        return Report(Outcome.ALREADY, "no service")
    _refuse_others_than_root()
    if machine.running.is_dir():
        _systemctl("disable", "--now", NAME)
    unit.unlink()
    if machine.running.is_dir():
        _systemctl("daemon-reload")
    return Report(Outcome.DONE, f"service {NAME} removed; {machine.configuration} is kept")


def _variables() -> dict[str, str]:
    """What set-up was given now is what the service is given; the first administrator has been
    made by then, and the password is nobody else's business."""
    given = settings.ENVIRONMENT.given
    kept = {name: value for name, value in given.items() if "SUPERUSER" not in name}
    return {**kept, "OPSPORTAL_DATA_DIR": str(settings.DATA_DIR)}


def _refuse_others_than_root() -> None:
    if not hasattr(os, "geteuid"):
        raise SetupError(
            "There is no systemd on Windows: docs/installing.md says what to run there"
        )
    if os.geteuid() != 0:
        raise SetupError("A service of the system needs root. Run: sudo -E make run, or with sudo")


def _make_user(user: str) -> None:
    import pwd  # not there on Windows

    try:
        pwd.getpwnam(user)
    except KeyError:
        _run("useradd", "--system", "--user-group", "--no-create-home", user)


def _checkout() -> tuple[Path, Path]:
    """With its Python. The service starts the checkout, which hands over to what is deployed."""
    if not settings.IS_RELEASE:
        return settings.BASE_DIR, Path(sys.executable)
    checkout = checkout_of(settings.BASE_DIR)
    return checkout, checkout / ENVIRONMENT / "bin" / "python"


def _refuse_unreadable(directory: Path, python: Path, user: str) -> None:
    """By trying it as that user: modes, ACLs and mounts all have a say."""
    read = ["/usr/bin/test", "-r", str(directory / "manage.py"), "-a", "-x", str(python)]
    if subprocess.run(read, user=user, cwd="/", check=False).returncode != 0:
        raise SetupError(
            f"The user {user}, whom the service runs as, cannot read {directory} or start "
            f"{python}. Put the checkout where others may read it, such as /opt/opsportal."
        )


def _give(directory: Path, user: str) -> None:
    shutil.chown(directory, user, user)
    for path in directory.rglob("*"):
        if not path.is_symlink():
            shutil.chown(path, user, user)


def _write(path: Path, text: str) -> bool:
    """Whether it was written. Complete or not at all, and readable by root only: it has secrets."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.touch(mode=0o600)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
    return True


def _systemctl(*words: str) -> None:
    _run("systemctl", "--quiet", *words)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise SetupError(f"{command[0]} is not installed on this machine") from None
    except subprocess.CalledProcessError as error:
        raise SetupError(f"{' '.join(command)} failed: {error.stderr.strip()}") from None
