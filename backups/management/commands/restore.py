"""`manage.py restore`: brings a backup back."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backups import keys
from backups.census import Census, differences, in_words
from backups.command_line import Bar, described, good_backup
from backups.copies import whole_copy
from backups.errors import BackupError, ProofError
from backups.models import Backup
from backups.proving import load
from backups.sources.base import Surroundings
from backups.sources.registry import kind_named
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError


class Command(BaseCommand):
    help = (
        "Restores a backup, or lists what there is. Its checksum is compared before anything is "
        "touched; what is restored is counted before it takes the target's name. Example: "
        "manage.py restore 12 --to postgresql://app@localhost/app --identity recovery-key.txt"
    )

    # They load the whole web side, which this never uses: 40 MB.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "backup", nargs="?", help="number, key or plan (then the newest); without one, a list"
        )
        parser.add_argument("--to", metavar="URL", help="database or directory")
        parser.add_argument("--identity", type=Path, metavar="FILE", help="the recovery key")
        parser.add_argument("--overwrite", action="store_true", help="replace what is there")
        parser.add_argument(
            "--no-owner", action="store_true", help="PostgreSQL: without owners and privileges"
        )
        parser.add_argument("--noinput", action="store_true", help="do not ask")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["backup"]:
            call_command("backups", stdout=self.stdout)
            self.stdout.write("Restore one: manage.py restore NUMBER --to URL --identity FILE")
            return
        if not options["to"]:
            raise CommandError(
                "Where to? Give --to URL, such as --to sqlite:////srv/app/db.sqlite3"
            )
        backup = good_backup(options["backup"])
        try:
            identities = keys.identities_in(_identity(options["identity"]))
            self._ask(backup, options)
            began = time.monotonic()
            with Bar(backup.plan_name, quiet=options["quiet"]) as bar:
                words = _restored(backup, identities, options, bar)
        except (BackupError, SettingsError, UnreadableSecretError, ValueError, OSError) as error:
            raise CommandError(f"{backup}: {error}") from None
        except KeyboardInterrupt:
            raise CommandError("Stopped: what was there is as it was.", returncode=130) from None
        self.stdout.write(f"{backup}: {words}, in {time.monotonic() - began:.1f} s")

    def _ask(self, backup: Backup, options: dict[str, Any]) -> None:
        self.stdout.write(described(backup))
        if options["noinput"]:
            return
        if not sys.stdin.isatty():
            if options["overwrite"]:
                raise CommandError("There is nobody to ask: --overwrite needs --noinput then.")
            return
        replaced = " What is there is replaced." if options["overwrite"] else ""
        question = f"Restore it to {options['to'].rpartition('@')[2]}?{replaced}"
        if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was done.")


def _identity(given: Path | None) -> Path:
    path = given or keys.private_key_path()
    if path is None:
        raise CommandError("The recovery key is not on this machine: give it with --identity FILE.")
    return path


def _restored(backup: Backup, identities: list[Any], options: dict[str, Any], bar: Bar) -> str:
    size = backup.size_bytes or 0

    def comparing(done_bytes: int) -> None:
        bar.show("comparing", done_bytes, size)

    def restoring(done_bytes: int) -> None:
        bar.show("restoring", done_bytes, size)

    destination = whole_copy(backup, comparing)
    kind, dumped = kind_named(backup.source_kind), Census.from_json(backup.census)
    with TemporaryDirectory(prefix="opsportal-restore-") as directory:
        around = Surroundings(Path(directory), keep_owners=not options["no_owner"])
        with kind.restoring(options["to"], options["overwrite"], around) as target:
            load(destination, backup.key, (backup.sha256, size), identities, target, restoring)
            census = target.census(checksums=bool(dumped.checksums))
            found = differences(dumped, census)
            if found:
                raise ProofError(f"it is not what was dumped: {in_words(found)}")
    return f"restored {census.summary}"
