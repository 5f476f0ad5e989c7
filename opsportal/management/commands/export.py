"""`manage.py export`: what is set in the admin, as a file."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.checks import TAG
from opsportal.configuration.exporting import export_text
from opsportal.configuration.schema import schema
from opsportal.lib.crypto import UnreadableSecretError


class Command(BaseCommand):
    help = (
        "Writes channels, checks, thresholds, routes, backup plans and schedules as YAML, "
        "without secrets. Examples: python manage.py export > portal.yaml; "
        "python manage.py export --schema > portal.schema.json"
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--schema", action="store_true", help="write the JSON schema of the file instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False))
            return
        try:
            self.stdout.write(export_text(), ending="")
        except UnreadableSecretError as error:
            raise CommandError(str(error)) from None
