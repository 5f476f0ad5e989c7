"""The portal that runs: who it is, telling it to take other programs, and whether it answers."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests
from django.conf import settings

from opsportal.deployment.commands import Commands, last_words
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.places import Release
from opsportal.supervisor import lock

RELOAD_SECONDS = 120.0
READY_SECONDS = 60.0
LOOK_SECONDS = 0.2
ANSWER_SECONDS = 5.0
READINESS = "/api/health/readiness"


@dataclass(frozen=True, slots=True)
class Portal:
    run_dir: Path
    url: str

    @property
    def runs(self) -> bool:
        return lock.is_held(self.run_dir / "portal.lock") and bool(self.state)

    @property
    def state(self) -> dict[str, Any]:
        """What its supervisor has noted; empty where nothing is noted."""
        try:
            text = (self.run_dir / "portal.json").read_text(encoding="utf-8")
            state: dict[str, Any] = json.loads(text)
        except (OSError, ValueError):
            return {}
        return state

    def variables(self) -> dict[str, str] | None:
        """What it was started with; None where the system does not tell."""
        try:
            return psutil.Process(int(self.state["supervisor"]["pid"])).environ()
        except (KeyError, psutil.Error, OSError):
            return None

    @property
    def started_from(self) -> str:
        """The release whose supervisor it is, which has to stay; empty where nobody tells."""
        try:
            return Path(psutil.Process(int(self.state["supervisor"]["pid"])).cwd()).name
        except (KeyError, psutil.Error, OSError):
            return ""

    @property
    def reloads(self) -> int:
        return int(self.state.get("reload", {}).get("number", -1))

    def wait_for_reload(self, before: int) -> None:
        """Until its next reload after `before` is over. Raises DeploymentError."""
        deadline = time.monotonic() + RELOAD_SECONDS
        while time.monotonic() < deadline:
            reload = self.state.get("reload", {})
            if reload.get("number", -1) > before and reload.get("is_over"):
                if reload.get("outcome") != "reloaded":
                    raise DeploymentError(str(reload.get("outcome")))
                return
            if not self.runs:
                raise DeploymentError("the portal ended while it reloaded")
            time.sleep(LOOK_SECONDS)
        raise DeploymentError(f"the reload was not over in {RELOAD_SECONDS:.0f} s")

    def wait_until_ready(self, seconds: float = READY_SECONDS) -> None:
        wait_until_ready(self.url, seconds)


def wait_until_ready(
    url: str, seconds: float, process: subprocess.Popen[bytes] | None = None
) -> None:
    """Raises DeploymentError with what it answered last."""
    deadline, last = time.monotonic() + seconds, "no answer"
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise DeploymentError(f"it ended by itself (exit status {process.returncode})")
        with suppress(requests.RequestException):
            # By its own address: no proxy has a say in whether it is ready.
            answer = requests.get(
                url + READINESS, timeout=ANSWER_SECONDS, proxies={"http": "", "https": ""}
            )
            if answer.status_code == 200:
                return
            last = f"{answer.status_code} {answer.text[:200]}"
        time.sleep(LOOK_SECONDS)
    raise DeploymentError(f"it is not ready after {seconds:.0f} s: {last}")


def try_web_server(release: Release, commands: Commands) -> None:
    """The release's web server alone, on a port that nobody knows. Raises DeploymentError."""
    port = _free_port()
    here = {"OPSPORTAL_BIND": "127.0.0.1", "PORT": str(port), "ALLOWED_HOSTS": "127.0.0.1"}
    before = commands.log.stat().st_size
    process = commands.start(release.manage("web"), release.directory, here)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", READY_SECONDS, process)
    except DeploymentError as error:
        said = commands.log.read_bytes()[before:].decode("utf-8", "replace")
        raise DeploymentError(f"{error}: {last_words(said)}") from None
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def address() -> str:
    """Of the portal that runs, as this machine reaches it."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND_ADDRESS, settings.BIND_ADDRESS)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
