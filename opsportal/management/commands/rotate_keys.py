"""`manage.py rotate-keys`: encrypts every stored secret anew. docs/security.md has the order."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.audit.writing import note
from opsportal.checks import TAG
from opsportal.stored_secrets import stored_secrets


class Command(BaseCommand):
    help = (
        "Encrypts every stored secret with the SECRET_KEY of today. --new makes a new key first, "
        "and keeps the old one as long as it is needed; --forget ends that. In order: "
        "rotate-keys --new, restart the portal, rotate-keys, rotate-keys --forget, restart."
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--new", action="store_true", help="make a new key in the data directory"
        )
        which.add_argument("--forget", action="store_true", help="forget the former keys")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"]:
            self._make_key()
        elif options["forget"]:
            self._forget()
        else:
            self._renew()

    def _make_key(self) -> None:
        if settings.ENVIRONMENT.text("SECRET_KEY"):
            raise CommandError(
                "SECRET_KEY is given by the environment: set it to a new one there, add the old "
                "one to SECRET_KEY_FALLBACKS, restart, then run rotate-keys."
            )
        path: Path = settings.SECRET_KEY_FILE
        if not path.is_file():
            raise CommandError("There is no key yet. Run: python manage.py setup")
        former: Path = settings.FORMER_KEYS_FILE
        # First the old one, so that no moment is without it.
        _write(former, "\n".join([path.read_text("ascii").strip(), *settings.FORMER_KEYS]) + "\n")
        _write(path, secrets.token_urlsafe(50) + "\n")
        note("changed", name="SECRET_KEY")
        self.stdout.write("A new key is made. Restart the portal, then run rotate-keys.")

    def _renew(self) -> None:
        unreadable = [each.label for each in stored_secrets() if not each.is_readable]
        if unreadable:
            raise CommandError(
                f"These cannot be read with any key: {', '.join(unreadable[:10])}. Put the former "
                "SECRET_KEY into SECRET_KEY_FALLBACKS, or enter them again. Nothing was changed."
            )
        count = sum(each.renew() for each in stored_secrets())
        note("renewed", name="stored secrets", changes={"count": count})
        self.stdout.write(f"{count} secrets are encrypted with the key of today.")

    def _forget(self) -> None:
        with_former = settings.SECRET_KEY_FALLBACKS
        try:
            settings.SECRET_KEY_FALLBACKS = []
            lost = [each.label for each in stored_secrets() if not each.is_readable]
        finally:
            settings.SECRET_KEY_FALLBACKS = with_former
        if lost:
            raise CommandError(
                f"Still encrypted with a former key: {', '.join(lost[:10])}. Run rotate-keys first."
            )
        settings.FORMER_KEYS_FILE.unlink(missing_ok=True)
        note("changed", name="former SECRET_KEYs forgotten")
        self.stdout.write(
            "The former keys are forgotten. Sessions that they signed end at a restart."
        )


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and for this user alone."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
