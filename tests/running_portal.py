"""A whole portal as a subprocess: what `make run` ends in, on a free port and its own data."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import psutil
import requests

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"
# What the fixture of that name gives.
OwnDatabase = Callable[[str], AbstractContextManager[dict[str, str]]]
# The last: every process would compile everything once more.
NOT_INHERITED = {"DATABASE_URL", "SECRET_KEY", "REDIS_URL", "PYTHONDONTWRITEBYTECODE"}


# Below those that the system gives away: until a portal listens, seconds later, one of them could
# be anybody's. Every test process has fifty of its own, which come round.
FIRST_PORT, LAST_PORT, PORTS = 11_000, 32_000, 50
_begin = FIRST_PORT + os.getpid() * PORTS % (LAST_PORT - FIRST_PORT)
_ports = cycle(range(_begin, _begin + PORTS))


def free_port() -> int:
    return next(each for each in islice(_ports, PORTS) if _is_free(each))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true value of `condition`, asked again and again; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


@dataclass
class RunningPortal:
    """`variables` are those of the environment beside the ones that keep it apart from others."""

    data_dir: Path
    variables: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    username: str = "admin"
    password: str = PASSWORD
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """Of the code that it runs."""
        return ROOT

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "opsportal.settings",
            "OPSPORTAL_DATA_DIR": str(self.data_dir),
            "DJANGO_SUPERUSER_PASSWORD": self.password,
            "PORT": str(self.port),
            **self.variables,
        }

    # --- Commands -------------------------------------------------------------------------------

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def token(self, name: str, scope: str = "read") -> str:
        """Made when it is first asked for: a command takes two seconds to start."""
        if (name, scope) not in self._tokens:
            made = self.manage("token", name, "--scope", scope)
            assert made.returncode == 0, made.stderr
            self._tokens[name, scope] = made.stdout.strip()
        return self._tokens[name, scope]

    # --- Life -----------------------------------------------------------------------------------

    def set_up(self) -> None:
        done = self.manage("setup", "--noinput")
        assert done.returncode == 0, done.stderr

    def set_up_like(self, prepared: Path) -> None:
        """As the data directory of another on SQLite, which is copied: migrations take most of a
        set-up. On a database of its own this portal has no more from there than static files."""
        if "DATABASE_URL" in self.variables:
            self.data_dir.mkdir(mode=0o700)
            shutil.copytree(prepared / "static", self.data_dir / "static")
        else:
            self.copy(prepared)
        self.set_up()  # its check of itself follows it to its port

    def copy(self, prepared: Path) -> None:
        """That data directory, but for where it backs up to."""
        shutil.copytree(prepared, self.data_dir)
        with closing(sqlite3.connect(self.data_dir / "opsportal.sqlite3")) as database, database:
            moved = "UPDATE backups_plandestination SET settings = replace(settings, ?, ?)"
            database.execute(moved, (str(prepared), str(self.data_dir)))

    def start(self) -> None:
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "portal"],
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            until(self.is_ready, 120, f"ready\n{self.log}")
        except BaseException:
            self.close()  # or it would run on when the tests are long over
            raise

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(15)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            family = psutil.Process(self.process.pid).children(recursive=True)
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                for each in family:
                    each.kill()

    # --- Looks ----------------------------------------------------------------------------------

    @property
    def log_file(self) -> Path:
        return self.data_dir.with_suffix(".log")

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    @property
    def state(self) -> dict[str, Any]:
        """What the supervisor wrote about its processes."""
        path = self.data_dir / "run" / "portal.json"
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return state

    def pid(self, name: str) -> int:
        return int(self.state["processes"][name]["pid"])

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=10, **options)

    def answers(self, path: str) -> int | None:
        """The status, or None while nobody answers."""
        try:
            return self.get(path).status_code
        except (requests.ConnectionError, requests.Timeout):
            return None

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the portal ended:\n{self.log}"
        return self.answers("/api/health/readiness") == 200

    def health(self) -> str:
        """The word of /api/health; "" while nobody answers."""
        try:
            return str(self.get("/api/health").json()["status"])
        except (requests.RequestException, ValueError):
            return ""
