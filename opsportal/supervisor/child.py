"""One supervised process: started in a session of its own, restarted with back-off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from opsportal.supervisor.backoff import delay_seconds, failures_in_a_row
from opsportal.supervisor.program import Program


class Child:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0
        self.last_death = ""
        self.failures = 0
        self.started_at = 0.0
        self.next_start = 0.0  # on the monotonic clock
        self._started = 0.0

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self) -> None:
        """Raises OSError when the system cannot start processes."""
        leash = [sys.executable, "-m", "opsportal.supervisor.leash", str(os.getpid())]
        self.process = subprocess.Popen(
            [*leash, *self.program.command], stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._started, self.started_at = time.monotonic(), time.time()

    def postpone(self) -> None:
        """After a start that the system refused: counts like a death."""
        self.failures += 1
        # At least a second: whatever is lacking (memory, process ids) will not be back at once.
        self.next_start = time.monotonic() + max(1.0, delay_seconds(self.failures))

    def collect(self) -> str | None:
        """How it died, in words, when it did since the last look; its next start is then set."""
        if self.process is None or self.process.poll() is None:
            return None
        # A web server killed with -9 leaves workers behind that hold the port.
        self.signal_all(signal.SIGKILL)
        how = _cause(self.process.returncode)
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
