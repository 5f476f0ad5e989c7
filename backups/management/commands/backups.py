"""`manage.py backups`: what there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backups.command_line import human
from backups.models import Backup, Plan
from backups.pruning import dry_run, prune, why_stopped
from backups.recovery_sheet import recovery_sheet
from backups.sweeping import sweep
from opsportal.lib.crypto import UnreadableSecretError
from opsportal.lib.kinds import SettingsError

HEADINGS = ("id", "plan", "status", "proof", "made (UTC)", "size", "took", "restored in", "where")


class Command(BaseCommand):
    help = (
        "Lists backups, newest first. Examples: manage.py backups; manage.py backups --retention "
        "(which stay and why); manage.py backups --prune (delete now what need not stay)"
    )

    # They load the whole web side, which this never uses: 40 MB.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--most", type=int, default=30, help="how many (30)")
        parser.add_argument("--retention", action="store_true", help="which stay, and why")
        parser.add_argument(
            "--sheet", action="store_true", help="how to restore by hand: to be printed and kept"
        )
        parser.add_argument(
            "--prune", action="store_true", help="delete what goes, also when it is much at once"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        if options["prune"]:
            for plan in Plan.objects.all():
                for row in prune(plan, now_ms, even_many=True):
                    self.stdout.write(f"deleted {row.key}")
                sweep(plan, now_ms)
        elif options["sheet"]:
            self._sheets()
        elif options["retention"]:
            self._retention(now_ms)
        else:
            self._list(options["most"])

    def _retention(self, now_ms: int) -> None:
        for plan in Plan.objects.all():
            for row, _kept, reason in dry_run(plan, now_ms):
                self.stdout.write(f"{row.pk:>6}  {row.key}  {reason}")
            if stopped := why_stopped(plan, now_ms):
                self.stdout.write(f"{plan.name}: nothing would be deleted: {stopped}")

    def _sheets(self) -> None:
        for plan in Plan.objects.all():
            try:
                self.stdout.write(f"{recovery_sheet(plan)}\n")
            except (SettingsError, UnreadableSecretError, ValueError) as error:
                self.stderr.write(f"{plan.name}: {error}")

    def _list(self, most: int) -> None:
        rows = [_cells(each) for each in Backup.objects.prefetch_related("copies")[:most]]
        if not rows:
            self.stdout.write("No backup yet: manage.py backup makes one.")
            return
        widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
        for cells in (HEADINGS, *rows):
            padded = (text.ljust(width) for text, width in zip(cells, widths, strict=True))
            self.stdout.write("  ".join(padded).rstrip())


def _cells(row: Backup) -> tuple[str, ...]:
    made = datetime.fromtimestamp((row.started_ms or row.queued_ms) / 1000, UTC)
    where = ", ".join(copy.place for copy in row.copies.all() if copy.is_there)
    return (
        str(row.pk),
        row.plan_name,
        row.status,
        row.proof,
        f"{made:%Y-%m-%d %H:%M}",
        human(row.size_bytes) if row.size_bytes else "-",
        _seconds(row.duration_seconds),
        _seconds(row.restore_seconds),
        where or row.error[:60].replace("\n", " ") or "-",
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
