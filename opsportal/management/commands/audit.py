"""`manage.py audit verify`: whether the audit log is whole."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from opsportal.audit.chain import seal, verify
from opsportal.checks import TAG


class Command(BaseCommand):
    help = (
        "Reads the whole audit log and says whether anything was changed, taken out or cut off; "
        "ends with 1 if so. Note the hash that it prints, and give it next time as --head. "
        "Example: python manage.py audit verify --head 5f3a…"
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"])
        parser.add_argument("--head", default="", help="a hash noted before: must still be there")

    def handle(self, *args: Any, **options: Any) -> None:
        seal()
        found = verify(options["head"].strip().lower())
        if found.broken_at is None:
            self.stdout.write(f"{found.length} entries, all as they were written. {found.head}")
            return
        self.stderr.write(
            f"The audit log is not as it was written: at entry {found.broken_at} {found.reason}."
        )
        sys.exit(1)
