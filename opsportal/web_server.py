"""`python -m opsportal.web_server ADDRESS PORT WORKERS THREADS`: Granian, on a socket that it may
be handed. Without Django: that is loaded in its workers.

A supervisor that opens the socket itself hands it on from one server to the next, and with it the
connections that wait in it: between the two nobody is refused, and nobody is forgotten.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server import MPServer

from opsportal.supervisor.listening import BACKLOG
from opsportal.supervisor.program import LEAVES_VARIABLE, LISTEN_VARIABLE

KILL_SECONDS = 5


class PortalServer(MPServer):
    """On the listening socket with this descriptor, if there is one, which each worker shares."""

    def __init__(self, *args: Any, descriptor: int | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._descriptor = descriptor

    def _init_shared_socket(self) -> None:
        if self._descriptor is None:
            super()._init_shared_socket()  # type: ignore[no-untyped-call]
            return
        # As granian itself does where workers cannot each have a socket of their own.
        holder: Any = SocketHolder
        self._shd = holder(self._descriptor, False, BACKLOG)
        self._sfd: Any = self._descriptor
        self._sso = None

    def _stop_workers(self) -> None:
        """Granian waits for answers that are under way: streams end when they are told to."""
        for worker in self.wrks:
            # One that is still loading dies of it, which is what is wanted of it now.
            worker.interrupt_by_parent = True
            if hasattr(signal, "SIGUSR1"):  # not on Windows
                with suppress(ProcessLookupError):
                    os.kill(worker.inner.pid, signal.SIGUSR1)
        super()._stop_workers()  # type: ignore[no-untyped-call]


def main() -> None:
    address, port, workers, threads = sys.argv[1:5]
    # Where the application is; granian's own command line does so, too.
    sys.path.insert(0, str(Path.cwd()))
    options: dict[str, Any] = {
        "address": address,
        "port": int(port),
        "interface": Interfaces.WSGI,
        "workers": int(workers),
        "blocking_threads": int(threads),
        "respawn_failed_workers": True,
        "respawn_interval": 0.5,
        "workers_kill_timeout": KILL_SECONDS,
        "log_level": LogLevels.error,
    }
    # Workers inherit it, and listen to what `_stop_workers` tells them.
    os.environ[LEAVES_VARIABLE] = "1"
    handed = os.environ.get(LISTEN_VARIABLE)
    descriptor = int(handed) if handed else None
    server = PortalServer("opsportal.wsgi:application", descriptor=descriptor, **options)
    server.serve()


if __name__ == "__main__":
    main()
