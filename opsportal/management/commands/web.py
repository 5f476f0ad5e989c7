"""`manage.py web`: the web server by itself."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from opsportal.checks import TAG
from opsportal.processes import web_program


class Command(BaseCommand):
    help = (
        "Runs the web server alone, for machines where something else keeps watch over processes. "
        "As many as needed share one database and one broker. SIGHUP reloads it. "
        "Example: OPSPORTAL_BIND=0.0.0.0 python manage.py web"
    )
    # The server imports the whole portal again: its checks run there.
    requires_system_checks = [TAG]

    def handle(self, *args: Any, **options: Any) -> None:
        # Becomes the server, so that signals and the exit code are its own.
        os.chdir(settings.BASE_DIR)
        command = web_program().command
        os.execv(command[0], command)  # noqa: S606
