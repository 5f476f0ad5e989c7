"""`manage.py portal`: the whole portal in the foreground."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.checks import TAG
from opsportal.processes import SOCKET_PATH_BYTES, programs, web_program
from opsportal.supervisor import lock
from opsportal.supervisor.listening import listener_of
from opsportal.supervisor.program import write_programs


class Command(BaseCommand):
    help = (
        "Runs the web server, a worker, the scheduler and (unless REDIS_URL is set) the broker, "
        "and starts again what dies. Ctrl-C or SIGTERM stops everything within ten seconds; "
        "SIGHUP, or --reload, brings new code into service. "
        "Example: PORT=8080 python manage.py portal"
    )
    # Django's own are of the code, which CI checks, and load every page.
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reload",
            action="store_true",
            help="tell the portal that runs to go on with the code of this checkout or release, "
            "without dropping a request; it keeps the variables that it was started with",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.RUN_DIR.is_dir():
            raise CommandError("Nothing is set up yet. Run: python manage.py setup")
        if options["reload"]:
            self._reload()
            return
        _refuse_long_socket_path()
        try:
            descriptor = self._lock()
            _refuse_taken_port()
            write_programs(settings.RUN_DIR / "programs.json", programs())
        except OSError as error:
            raise CommandError(
                f"Cannot write to {settings.RUN_DIR}: {error.strerror}. Free some space or "
                "mend its permissions, or choose another OPSPORTAL_DATA_DIR."
            ) from None
        release = f", release {settings.BASE_DIR.name}" if settings.IS_RELEASE else ""
        self.stdout.write(f"OpsPortal is on {_url()}{release}  (Ctrl-C stops it)")
        self.stdout.flush()
        # From here on a small process without Django keeps watch: it saves 50 MB for as long as
        # the portal runs.
        os.chdir(settings.BASE_DIR)
        # A later release of the code must find the same data.
        os.environ["OPSPORTAL_DATA_DIR"] = str(settings.DATA_DIR)
        os.execv(  # noqa: S606
            sys.executable,
            [sys.executable, "-m", "opsportal.supervisor", str(settings.RUN_DIR), str(descriptor)],
        )

    def _reload(self) -> None:
        from opsportal.deployment.portal import Portal  # brings an HTTP client along

        state = Portal(settings.RUN_DIR, "").state
        if not lock.is_held(settings.RUN_DIR / "portal.lock") or not state:
            raise CommandError(f"No portal runs on {settings.DATA_DIR}. Start it: make run")
        try:
            write_programs(settings.RUN_DIR / "programs.json", programs())
            os.kill(int(state["supervisor"]["pid"]), signal.SIGHUP)
        except OSError as error:
            raise CommandError(f"The portal cannot be told: {error.strerror}") from None
        self.stdout.write(f"Reloading, from {settings.BASE_DIR}")

    def _lock(self) -> int:
        try:
            return lock.take(settings.RUN_DIR / "portal.lock", _url())
        except lock.AlreadyRunningError as error:
            raise CommandError(
                f"OpsPortal already runs on {settings.DATA_DIR}: process {error.pid}, on "
                f"{error.url}. Stop it first, or choose another OPSPORTAL_DATA_DIR and PORT."
            ) from None


def _url() -> str:
    host = "127.0.0.1" if settings.BIND_ADDRESS in {"0.0.0.0", "::"} else settings.BIND_ADDRESS  # noqa: S104
    return f"http://{host}:{settings.PORT}"


def _refuse_taken_port() -> None:
    try:
        listener = listener_of(web_program())
    except OSError as error:
        raise CommandError(
            f"Port {settings.PORT} on {settings.BIND_ADDRESS} cannot be used: "
            f"{error.strerror}. Choose another: PORT=8080 make run"
        ) from None
    if listener:
        listener.close()


def _refuse_long_socket_path() -> None:
    size = len(str(settings.BROKER_SOCKET).encode())
    if settings.EMBEDDED_BROKER and size > SOCKET_PATH_BYTES:
        raise CommandError(
            f"The path of the broker's socket has {size} bytes, and the system allows "
            f"{SOCKET_PATH_BYTES}: {settings.BROKER_SOCKET}. Choose a shorter OPSPORTAL_DATA_DIR, "
            "or set REDIS_URL to a broker of your own."
        )
