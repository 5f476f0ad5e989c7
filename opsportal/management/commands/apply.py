"""`manage.py apply FILE`: puts a configuration file into force."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.checks import TAG
from opsportal.configuration.applying import Change, apply
from opsportal.configuration.document import parse
from opsportal.configuration.errors import ConfigurationError
from opsportal.configuration.registry import NAMES

MAX_BYTES = 10_000_000


class Command(BaseCommand):
    help = (
        "Puts a configuration file into force: all of it or nothing. What an earlier version of "
        "the file had and this one has not is removed; what no file has is left alone. "
        "Examples: python manage.py apply portal.yaml --dry-run; python manage.py apply portal.yaml"
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file; - for standard input")
        parser.add_argument("--dry-run", action="store_true", help="say what it would change")
        parser.add_argument("--name", help="whose objects these are (default: the file's name)")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"] or Path(options["file"]).name
        try:
            document = parse(_text(options["file"]), NAMES)
            changes = apply(document, name[:200], dry_run=options["dry_run"])
        except ConfigurationError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Nothing was changed. What is wrong:\n{lines}") from None
        self._tell(changes, options["dry_run"])

    def _tell(self, changes: list[Change], dry_run: bool) -> None:
        for change in changes:
            self.stdout.write(f"  {change}")
        if not changes:
            self.stdout.write("Everything is as in the file already.")
        elif dry_run:
            self.stdout.write(f"{len(changes)} changes. Nothing was changed: it was a dry run.")
        else:
            self.stdout.write(f"{len(changes)} changes made.")


def _text(path: str) -> str:
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1) if path == "-" else Path(path).read_bytes()
        if len(data) > MAX_BYTES:
            raise CommandError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB.")
        return data.decode()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not text in UTF-8.") from None
