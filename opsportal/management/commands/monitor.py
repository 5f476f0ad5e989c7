"""`manage.py monitor`: the stand-alone monitor, from within the portal's own environment."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.env import Environment
from opsportal.standalone.channels.registry import channels_from
from opsportal.standalone.monitor import main, run
from opsportal.standalone.options import (
    BadOptionsError,
    Defaults,
    add_arguments,
    options_from,
)


class Command(BaseCommand):
    help = (
        "Looks at this portal's health, another's, or any health endpoint, and answers as a "
        "monitoring plugin: one line, and exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. With "
        "--every it goes on and tells people by SLACK_WEBHOOK_URL and ALERT_EMAIL_TO (with "
        "EMAIL_URL), without database, Redis or Celery. "
        "Examples: python manage.py monitor --url https://ops.example.com; "
        "OPSPORTAL_MONITOR_TOKEN_FILE=token python manage.py monitor --every 300"
    )
    # It has to answer where everything else is broken.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        """Arguments that cannot be used end with a plugin's 3 and its one line."""
        if {"-h", "--help"} & set(argv):
            super().run_from_argv(argv)
            return
        sys.exit(main(argv[2:], _defaults()))

    def handle(self, *args: Any, **options: Any) -> None:
        environment = Environment(os.environ)
        try:
            asked = options_from(argparse.Namespace(**options), environment, _defaults())
            status = run(asked, channels_from(environment) if asked.tells else [])
        except (BadOptionsError, ValueError) as error:
            raise CommandError(str(error), returncode=3) from None
        if status:
            sys.exit(status)


def _defaults() -> Defaults:
    """This portal, and a place within its data directory."""
    return Defaults(f"http://127.0.0.1:{settings.PORT}", settings.DATA_DIR / "monitor")
