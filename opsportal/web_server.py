"""`python -m opsportal.web_server ADDRESS PORT WORKERS THREADS`: Granian, on a socket that it may
be handed. Without Django: that is loaded in its workers.

A supervisor that opens the socket itself hands it on from one server to the next, and with it the
connections that wait in it: between the two nobody is refused, and nobody is forgotten.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server import MPServer, Server

from opsportal.supervisor.listening import BACKLOG
from opsportal.supervisor.program import LISTEN_VARIABLE

KILL_SECONDS = 5


class HandedServer(MPServer):
    """On the listening socket with this descriptor, which each worker shares."""

    def __init__(self, *args: Any, descriptor: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self._descriptor = descriptor

    def _init_shared_socket(self) -> None:
        # As granian itself does where workers cannot each have a socket of their own.
        holder: Any = SocketHolder
        self._shd = holder(self._descriptor, False, BACKLOG)
        self._sfd: Any = self._descriptor
        self._sso = None


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
    application, handed = "opsportal.wsgi:application", os.environ.get(LISTEN_VARIABLE)
    server = (
        HandedServer(application, descriptor=int(handed), **options)
        if handed
        else Server(application, **options)
    )
    server.serve()


if __name__ == "__main__":
    main()
