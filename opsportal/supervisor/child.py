"""One supervised process: started in a session of its own, restarted with back-off."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from opsportal.supervisor.backoff import delay_seconds, failures_in_a_row
from opsportal.supervisor.program import LISTEN_VARIABLE, STARTED_VARIABLE, Program


class Child:
    """`listener`: the socket that it is handed. `started_file`: made by it when it can answer."""

    def __init__(
        self,
        program: Program,
        listener: socket.socket | None = None,
        started_file: Path | None = None,
    ) -> None:
        self.program, self.listener, self.started_file = program, listener, started_file
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.last_death = ""
        self.failures = 0
        self.started_at = 0.0
        self.next_start = 0.0  # on the monotonic clock
        self.killed_at: float | None = None  # when it was asked to leave: on the monotonic clock
        self._started = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Raises OSError when the system cannot start processes."""
        leash = [sys.executable, "-m", "opsportal.supervisor.leash", str(os.getpid())]
        handed = {} if self.listener is None else {LISTEN_VARIABLE: str(self.listener.fileno())}
        if self.started_file is not None:
            self.started_file.unlink(missing_ok=True)
            handed[STARTED_VARIABLE] = str(self.started_file)
        self.process = subprocess.Popen(
            [*leash, *self.program.command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd=self.program.directory or None,
            env={**os.environ, **handed},
            pass_fds=[] if self.listener is None else [self.listener.fileno()],
        )
        self.killed_at = None
        self._started, self.started_at = time.monotonic(), time.time()

    def postpone(self) -> None:
        """After a start that the system refused: counts like a death."""
        self.failures += 1
        # At least a second: whatever is lacking (memory, process ids) will not be back at once.
        self.next_start = time.monotonic() + max(1.0, delay_seconds(self.failures))

    def leave(self, seconds: float) -> None:
        """Asks it to end what it is doing; after `seconds` it is killed. What it is replaced by
        starts at once."""
        self.killed_at = time.monotonic() + seconds
        if self.process:
            self.process.terminate()

    def collect(self) -> str | None:
        """How it died, in words, when it did since the last look; its next start is then set."""
        if self.process is None:
            return None
        if self.killed_at is not None and time.monotonic() >= self.killed_at:
            self.signal_all(signal.SIGKILL)
        if self.process.poll() is None:
            return None
        # A web server killed with -9 leaves workers behind that hold the port.
        self.signal_all(signal.SIGKILL)
        how = _cause(self.process.returncode)
        if self.killed_at is not None:
            self.process = None
            return how
        now = time.monotonic()
        self.failures = failures_in_a_row(self.failures, now - self._started)
        self.next_start = now + delay_seconds(self.failures)
        self.process, self.restarts, self.last_death = None, self.restarts + 1, how
        return how

    def signal_all(self, number: signal.Signals) -> None:
        """To the process and to every process that it started."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def stopped_by(self, deadline: float) -> bool:
        """Waits until `deadline` (monotonic) at most."""
        if self.process is None:
            return True
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
            return True
        return False


def _cause(returncode: int) -> str:
    if returncode < 0:
        return f"killed by {signal.Signals(-returncode).name}"
    return f"exit status {returncode}"
