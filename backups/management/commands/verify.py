"""`manage.py verify`: proves a backup again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backups import keys
from backups.command_line import Bar, good_backup
from backups.errors import BackupError
from backups.later_proof import verify


class Command(BaseCommand):
    help = (
        "Fetches every copy of a backup and compares its checksum; with the recovery key restores "
        "it into a scratch database and counts. Examples: manage.py verify; manage.py verify 12 "
        "--identity recovery-key.txt"
    )

    # They load the whole web side, which this never uses: 40 MB.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", help="number, key or plan; the newest without")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the recovery key")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        backup = good_backup(options["backup"])
        try:
            identities = keys.identities_in(options["identity"]) if options["identity"] else []
            with Bar(backup.plan_name, quiet=options["quiet"]) as bar:
                words = verify(backup, identities, bar.show)
        except (BackupError, ValueError) as error:
            raise CommandError(f"{backup}: {error}") from None
        self.stdout.write(f"{backup}: {words}")
