"""`manage.py deploy`: brings another release into service."""

from __future__ import annotations

import argparse
import getpass
import logging
import signal
import sys
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.deployment.database import pending_as_json
from opsportal.deployment.deploying import Deployment, Wish
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.portal import READY_SECONDS

EXAMPLES = """\
examples:
  python manage.py deploy v1.2.0              a tag
  python manage.py deploy main                the newest commit of a branch, as fetched
  python manage.py deploy 4f2c1e9 --dry-run   what would be done
"""


class Command(BaseCommand):
    help = (
        "Brings another release into service while the portal runs: backs up, fetches and checks "
        "out REF into a directory of its own, installs, migrates, tries it, switches, reloads "
        "without dropping a request and waits until it is ready. When a step fails, everything is "
        "as it was before; the database is restored when a migration failed half-way. Ends with 0 "
        "when the release runs, with 1 when it was rolled back or not begun."
    )
    # The release has its own.
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        options["epilog"] = EXAMPLES
        parser = super().create_parser(prog_name, subcommand, **options)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ref", nargs="?", metavar="REF", help="tag, branch or commit")
        parser.add_argument(
            "--dry-run", action="store_true", help="fetch, say what would be done, and do nothing"
        )
        parser.add_argument(
            "--no-backup", action="store_true", help="do not run the plans of the portal first"
        )
        parser.add_argument(
            "--ready-within",
            type=float,
            default=READY_SECONDS,
            metavar="SECONDS",
            help="how long the portal may take to be ready after the switch, before it is rolled "
            "back (default: %(default).0f)",
        )
        parser.add_argument("--pending", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["pending"]:
            self.check()
            self.stdout.write(pending_as_json())
            return
        if not options["ref"]:
            raise CommandError("Which release? For example: python manage.py deploy v1.2.0")
        # Its notes of its head would stand between the steps.
        logging.getLogger("opsportal.audit").setLevel(logging.WARNING)
        # In order, as by Ctrl-C: half a deployment is taken back.
        signal.signal(signal.SIGTERM, _stop)
        began = time.monotonic()
        try:
            wish = Wish(
                options["ref"],
                backs_up=not options["no_backup"],
                by=getpass.getuser(),
                ready_seconds=options["ready_within"],
            )
            deployment = Deployment(wish, self._tell)
            if options["dry_run"]:
                deployment.preview()
                self.stdout.write("Nothing was changed.")
                return
            release = deployment.go()
        except DeploymentError as error:
            raise CommandError(f"Not deployed. {error}") from None
        seconds = time.monotonic() - began
        self.stdout.write(f"{options['ref']} runs as release {release.name}, in {seconds:.0f} s")

    def _tell(self, step: str, how: str) -> None:
        """A step that has begun stands there until it is over; in a log there is a line for each
        that is over."""
        is_watched = sys.stdout.isatty()
        if not how and is_watched:
            self.stdout.write(f"{step:>20}  …", ending="\r")
        elif how:
            self.stdout.write(f"{step:>20}  {how}")
        self.stdout.flush()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
