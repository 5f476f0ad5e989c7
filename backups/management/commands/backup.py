"""`manage.py backup`: backs a plan up now, and proves it."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backups.command_line import AskedToStop, Bar, human
from backups.errors import BackupError
from backups.models import GOOD, UNDER_WAY, Backup, BackupStatus, Plan
from backups.queueing import cancel, queue
from backups.runner import run


class Command(BaseCommand):
    help = (
        "Backs up every plan that is on, or the one that is named, and proves it by restoring. "
        'Examples: manage.py backup; manage.py backup "Portal database"'
    )

    # They load the whole web side, which this never uses: 40 MB.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("plan", nargs="?", help="its name; without one, all that are on")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")
        parser.add_argument(
            "--cancel", action="store_true", help="end what is under way, also a worker's run"
        )
        parser.add_argument("--run", type=int, metavar="ID", help="a run that is queued (workers)")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _stop)
        if options["run"]:
            run(options["run"])
            return
        plans = _plans(options["plan"])
        if options["cancel"]:
            self._cancel(plans)
            return
        with AskedToStop() as asked:
            failed = [plan.name for plan in plans if not self._made(plan, options, asked)]
        if failed:
            raise CommandError(f"Without a good backup: {', '.join(failed)}.")

    def _cancel(self, plans: list[Plan]) -> None:
        under_way = Backup.objects.filter(plan__in=plans, status__in=UNDER_WAY)
        asked = [backup.plan_name for backup in under_way if cancel(backup, "command line")]
        if not asked:
            raise CommandError("Nothing is under way.")
        self.stdout.write(f"Asked to stop, which takes some seconds: {', '.join(asked)}")

    def _made(self, plan: Plan, options: dict[str, Any], asked: AskedToStop) -> bool:
        if asked.is_asked:
            return False
        try:
            queued = queue(plan, "command line", int(timezone.now().timestamp() * 1000))
        except BackupError as error:
            self.stderr.write(f"{plan.name}: {error}")
            return False
        with Bar(plan.name, quiet=options["quiet"]) as bar:
            backup = run(queued.pk, bar.show, lambda: asked.is_asked)
        return backup is not None and self._told(backup)

    def _told(self, backup: Backup) -> bool:
        if backup.status not in GOOD:
            self.stderr.write(f"{backup.plan_name}: {backup.status}: {backup.error}")
            return False
        proof = (
            f"restored and counted in {backup.restore_seconds:.1f} s"
            if backup.status == BackupStatus.VERIFIED
            else "not restored"
        )
        size, seconds = human(backup.size_bytes or 0), backup.duration_seconds or 0
        self.stdout.write(f"{backup.key}: {size} in {seconds:.1f} s, {proof}")
        if backup.error:
            self.stderr.write(backup.error)
        return True


def _plans(name: str | None) -> list[Plan]:
    if name is None:
        found = list(Plan.objects.filter(enabled=True))
        if not found:
            raise CommandError("There is no plan that is on: add one in the admin, or run setup.")
        return found
    plan = Plan.objects.filter(name=name).first()
    if plan is None:
        names = ", ".join(Plan.objects.values_list("name", flat=True)) or "none"
        raise CommandError(f"There is no plan “{name}”. There are: {names}.")
    return [plan]


def _stop(number: int, frame: FrameType | None) -> None:
    """The run ends in order: nothing half-written stays."""
    raise SystemExit(128 + number)
