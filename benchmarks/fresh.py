"""README's commands, and the stand-alone monitor's, on a machine on which nothing is installed: by
a new user of this one, and with OPSPORTAL_BENCH_DEBIAN=bookworm in a tree of Debian that
debootstrap makes. How soon it serves, how soon again, and what it leaves outside the checkout.

It wants root. The variables and the file by which pip is configured here hold there, too.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.table import Row
from tests.running_portal import ROOT, free_port, until

SERVES_BAR_SECONDS, AGAIN_BAR_SECONDS, STOPS_BAR_SECONDS = 20, 5, 10
INSTALL_SECONDS = 1800
USER = "opsportal-fresh"
PACKAGES = "python3,python3-venv,make,git,ca-certificates"
# As docs/monitor.md has them.
MONITOR = """
python3 -m venv monitor-venv
monitor-venv/bin/pip install -r opsportal/standalone/requirements.txt
monitor-venv/bin/python -m opsportal.standalone --url {url}
"""


@dataclass
class Machine:
    """`tree` is its root; the user has nothing but a home with a clone."""

    tree: Path
    port: int

    @property
    def home(self) -> Path:
        return self.tree / "home" / USER

    @property
    def checkout(self) -> Path:
        return self.home / "opsportal"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, line: str) -> list[str]:
        pip = [f"{name}={os.environ[name]}" for name in os.environ if re.match("PIP_|SSL_", name)]
        home = f"/home/{USER}"
        own = [f"HOME={home}", f"PORT={self.port}", "PATH=/usr/local/bin:/usr/bin:/bin", *pip]
        there = ["chroot", str(self.tree)] if self.tree != Path("/") else []
        shell = ["sh", "-ec", f"cd {home}/opsportal; {line}"]
        return [*there, "runuser", "-u", USER, "--", "env", "-i", *own, *shell]

    @contextmanager
    def running(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """`make run`, until it answers; ended by Ctrl-C."""
        with log.open("wb") as file:
            process = subprocess.Popen(
                self.command("exec make run"), stdout=file, stderr=file, start_new_session=True
            )
        try:
            until(lambda: self._is_ready(process, log), INSTALL_SECONDS, "an answer")
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                process.wait(60)

    def _is_ready(self, process: subprocess.Popen[bytes], log: Path) -> bool:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            return requests.get(f"{self.url}/api/health/readiness", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def left_outside(self, since: Path) -> list[str]:
        """What the user has written elsewhere than in the checkout, wherever users may write."""
        places = [str(self.tree / name) for name in ("home", "tmp", "var", "run", "dev/shm")]
        owner = str(self.checkout.stat().st_uid)
        command = ["find", *places, "-user", owner, "-newer", str(since)]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return [each for each in found.splitlines() if not each.startswith(str(self.checkout))]


def run(quick: bool) -> list[Row]:
    assert os.geteuid() == 0, "it wants root, for a user of its own"
    suite = os.environ.get("OPSPORTAL_BENCH_DEBIAN")
    with tempfile.TemporaryDirectory(prefix="bench-fresh-") as name:
        directory = Path(name)
        if not suite:
            with _new_user(Path("/")) as machine:
                return _measured(machine, directory, "a new user")
        with _debian(directory / "tree", suite) as tree, _new_user(tree) as machine:
            return _measured(machine, directory, f"Debian {suite}")


def _measured(machine: Machine, directory: Path, subject: str) -> list[Row]:
    since, log = directory / "since", directory / "log"
    since.touch()
    time.sleep(1.1)  # the resolution of find
    with machine.running(log) as process:
        serves = time.time() - (machine.checkout / ".venv/.run-stamp").stat().st_mtime
        _log_in(machine, log.read_text(encoding="utf-8"))
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
        stops = time.monotonic() - began
    began = time.monotonic()
    with machine.running(log):
        again = time.monotonic() - began
        told = subprocess.run(
            machine.command(MONITOR.format(url=machine.url)),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert told.returncode in (0, 1), told.stdout + told.stderr
        assert "OPSPORTAL" in told.stdout, told.stdout
    left = machine.left_outside(since)
    assert left == [], left
    return [
        _row(subject, "serves after installing", serves, SERVES_BAR_SECONDS),
        _row(subject, "stops", stops, STOPS_BAR_SECONDS),
        _row(subject, "serves again", again, AGAIN_BAR_SECONDS),
        Row(subject, "files outside the checkout", len(left), "", bar="0", passed=not left),
    ]


def _row(subject: str, what: str, seconds: float, bar: int) -> Row:
    return Row(subject, what, seconds, "s", bar=f"<= {bar} s", passed=seconds <= bar)


def _log_in(machine: Machine, log: str) -> None:
    """With the name and the password that the command printed."""
    password = re.search(r"password (\S+) \(shown only now\)", log)
    assert password, log
    with requests.Session() as session:
        page = session.get(f"{machine.url}/admin/login/", timeout=30)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text
        form = {"username": "admin", "password": password[1], "csrfmiddlewaretoken": token[1]}
        session.post(f"{machine.url}/admin/login/", form, timeout=30)
        assert session.get(machine.url, timeout=30, allow_redirects=False).status_code == 200, log


@contextmanager
def _new_user(tree: Path) -> Iterator[Machine]:
    machine = Machine(tree, free_port())
    there = ["chroot", str(tree)] if tree != Path("/") else []
    _do(*there, "useradd", "--create-home", "--shell", "/bin/sh", USER)
    try:
        _do("git", "-c", "safe.directory=*", "clone", "-q", "--no-hardlinks", str(ROOT),
            str(machine.checkout))  # fmt: skip
        owner = machine.home.stat()
        _do("chown", "-R", f"{owner.st_uid}:{owner.st_gid}", str(machine.checkout))
        yield machine
    finally:
        _do(*there, "userdel", "--remove", USER)


@contextmanager
def _debian(tree: Path, suite: str) -> Iterator[Path]:
    """From the mirror that apt has here, or OPSPORTAL_BENCH_MIRROR."""
    mirror = [each for each in [os.environ.get("OPSPORTAL_BENCH_MIRROR", "")] if each]
    _do("debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(tree), *mirror)
    for name in ("etc/pip.conf", "etc/resolv.conf", "etc/hosts"):
        if Path("/", name).is_file():
            shutil.copy(Path("/", name), tree / name)
    _do("mount", "-t", "proc", "proc", str(tree / "proc"))
    try:
        yield tree
    finally:
        _do("umount", str(tree / "proc"))


def _do(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
