"""`manage.py setup`: from a bare checkout to a portal that can be started."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from opsportal.checks import TAG
from opsportal.setup.administrator import make_administrator
from opsportal.setup.alerts import make_alerts
from opsportal.setup.backups import make_backups
from opsportal.setup.boards import make_boards
from opsportal.setup.checks import make_checks
from opsportal.setup.configuration import keep_configuration
from opsportal.setup.crontab import install_entries, remove_entries
from opsportal.setup.database import check_database, migrate_database
from opsportal.setup.directories import alone_in, make_directories, make_secret_key
from opsportal.setup.roles import make_roles
from opsportal.setup.schedules import make_schedules
from opsportal.setup.static_files import collect_static_files
from opsportal.setup.step import Outcome, Report, SetupError
from opsportal.setup.systemd import install_service, remove_service

# After the data directory, whose lock they run under.
STEPS: tuple[Callable[[], Report], ...] = (
    make_secret_key,
    check_database,
    migrate_database,
    collect_static_files,
    make_roles,
    make_schedules,
    make_checks,
    make_alerts,
    make_backups,
    make_boards,
    make_administrator,
)
# Options, and the step that each adds: within the lock, or after it, for the service takes it.
WITHIN: dict[str, Callable[[], Report]] = {"git": keep_configuration}
AFTER: dict[str, Callable[[], Report]] = {"systemd": install_service, "cron": install_entries}
UNINSTALL: tuple[Callable[[], Report], ...] = (remove_service, remove_entries)


class Command(BaseCommand):
    help = (
        "Makes everything that the portal needs: data directory, secret key, migrations, static "
        "files, roles, schedules, checks, thresholds, a backup plan, boards and the first "
        "administrator. Running it again is safe and fast. "
        "Example: DJANGO_SUPERUSER_PASSWORD_FILE=/run/secrets/admin python manage.py setup"
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--noinput", action="store_true", help="never ask (set-up asks nothing by itself)"
        )
        parser.add_argument(
            "--interactive",
            action="store_true",
            help="ask for Slack, e-mail, S3, Tradier and Alpaca, each of which can be skipped, and "
            "test each answer live before it is stored, encrypted",
        )
        parser.add_argument(
            "--git",
            action="store_true",
            help="keep the configuration in a Git repository of the data directory, and commit "
            "each change that is made in the admin",
        )
        parser.add_argument(
            "--systemd",
            action="store_true",
            help="write and enable a hardened service, with the variables that are set now "
            "(needs root; it runs as the user opsportal)",
        )
        parser.add_argument(
            "--cron",
            action="store_true",
            help="for machines without Celery: crontab entries for the monitor every five "
            "minutes and a backup every night",
        )
        parser.add_argument(
            "--uninstall",
            action="store_true",
            help="stop and remove the service and the crontab entries; the data stay",
        )
        parser.add_argument("--quiet", action="store_true", help="tell only what was done")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["uninstall"]:
            self._uninstall(options["quiet"])
        else:
            wished = {name for name, value in options.items() if value is True}
            if {"noinput", "interactive"} <= wished:
                raise CommandError("--noinput and --interactive exclude each other")
            self._set_up(wished, options["quiet"])
            if options["interactive"]:
                self._ask()

    def _set_up(self, wished: Set[str], quiet: bool) -> None:
        self._take(make_directories, quiet)
        with alone_in(settings.DATA_DIR), _unnoted():
            for step in (*STEPS, *(WITHIN[name] for name in WITHIN if name in wished)):
                self._take(step, quiet)
        for step in (AFTER[name] for name in AFTER if name in wished):
            self._take(step, quiet)

    def _ask(self) -> None:
        from opsportal.setup.interactive import ask_for_all

        try:
            ask_for_all(self.stdout.write)
        except SetupError as error:
            raise CommandError(str(error)) from None

    def _uninstall(self, quiet: bool) -> None:
        for step in UNINSTALL:
            self._take(step, quiet)
        self.stdout.write(
            f"Data, secrets and the recovery key are still in {settings.DATA_DIR}. "
            "Delete that directory when nobody needs them any more."
        )

    def _take(self, step: Callable[[], Report], quiet: bool) -> None:
        try:
            report = step()
        except SetupError as error:
            raise CommandError(str(error)) from None
        except (OSError, OperationalError) as error:
            raise CommandError(f"Set-up stopped at “{_name(step)}”: {error}") from None
        if report.outcome != Outcome.ALREADY or not quiet:
            self.stdout.write(f"{report.outcome:>10}  {report.text}")


@contextmanager
def _unnoted() -> Iterator[None]:
    """Without the audit log's notes of its head, which would stand between the steps. The running
    portal's next note covers the entries of these."""
    logger = logging.getLogger("opsportal.audit")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _name(step: Callable[[], Report]) -> str:
    return step.__name__.replace("_", " ")
