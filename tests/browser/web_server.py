"""The portal's web process alone, on a data directory of its own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

from tests.running_portal import free_port

ROOT = Path(__file__).resolve().parents[2]
USER, PASSWORD = "admin", "a-password-for-tests"
START_SECONDS = 120.0


class WebServer:
    """Migrated and with an administrator once prepared; `url` ends without a slash."""

    def __init__(self, directory: Path, broker_socket: Path) -> None:
        self.directory = directory
        self.broker_socket = broker_socket
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._seeder: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        (self.directory / "run").mkdir(parents=True, exist_ok=True)
        for step in ("migrate", "collect", "administrator"):
            self.seed(step)
        with closing(sqlite3.connect(self.directory / "opsportal.sqlite3")) as database:
            database.execute("VACUUM INTO ?", (str(self.directory / "prepared.sqlite3"),))

    def prepare_like(self, other: WebServer) -> None:
        """As the other was before it was seeded; static files are the same ones."""
        (self.directory / "run").mkdir(parents=True, exist_ok=True)
        (self.directory / "static").symlink_to(other.directory / "static")
        shutil.copy(other.directory / "prepared.sqlite3", self.directory / "opsportal.sqlite3")

    def seed(self, mode: str) -> None:
        """By one process for all times: each would take more than a second to start."""
        if self._seeder is None:
            self._seeder = subprocess.Popen(
                [sys.executable, "tests/browser/seed.py"],
                cwd=ROOT,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._seeder.stdin
        assert self._seeder.stdout
        self._seeder.stdin.write(f"{mode}\n")
        self._seeder.stdin.flush()
        assert self._seeder.stdout.readline() == "done\n", f"{mode} failed: see its traceback"

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "opsportal.web_server"),
            *("127.0.0.1", str(self.port), "1", "4"),
        ]
        with (self.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )
        self._wait()

    def kill(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None

    def close(self) -> None:
        self.kill()
        if self._seeder is not None:
            self._seeder.communicate()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, (self.directory / "server.log").read_text()
            try:
                urllib.request.urlopen(f"{self.url}/admin/login/", timeout=5)
                return
            except OSError:  # refused, or accepted and not answered in time
                time.sleep(0.1)
        raise AssertionError((self.directory / "server.log").read_text())

    def _environment(self) -> dict[str, str]:
        # The tests' own settings and database must not leak into the server.
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
        }
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "tests.browser.server_settings",
            "DJANGO_SUPERUSER_USERNAME": USER,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "OPSPORTAL_DATA_DIR": str(self.directory),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "REDIS_URL": f"unix://{self.broker_socket}",
            "SECRET_KEY": "only-for-tests",
        }
