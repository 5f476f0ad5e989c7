"""`manage.py doctor`: looks at every moving part, and says how to mend what is wrong."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from opsportal.doctor.base import State
from opsportal.doctor.examination import Examined, examine, is_well
from opsportal.doctor.registry import PARTS


class Command(BaseCommand):
    help = (
        "Looks at configuration, disk, database, migrations, broker, processes, worker, scheduler, "
        "channels, backup destinations, keys and clocks, and says how to mend what is wrong. Ends "
        "with 1 if anything is. Examples: python manage.py doctor; "
        "python manage.py doctor --json; python manage.py doctor database broker"
    )
    # What they refuse is one of the findings.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="*", choices=[[], *PARTS], help="only these parts")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["part"] or list(PARTS)
        examined = examine({name: PARTS[name] for name in PARTS if name in wanted})
        if options["json"]:
            self.stdout.write(json.dumps(_as_object(examined), indent=2, ensure_ascii=False))
        else:
            self._tell(examined)
        if not is_well(examined):
            sys.exit(1)

    def _tell(self, examined: list[Examined]) -> None:
        width = max(len(each.part) for each in examined)
        for each in examined:
            finding = each.finding
            self.stdout.write(f"{self._word(finding.state)}  {each.part:<{width}}  {finding.text}")
            if finding.mend:
                self.stdout.write(f"{'':>8}{'':{width}}  → {finding.mend}")
        self.stdout.write(_summary(examined))

    def _word(self, state: State) -> str:
        style = {
            State.OK: self.style.SUCCESS,
            State.ADVICE: self.style.WARNING,
            State.WRONG: self.style.ERROR,
        }
        return style[state](f"{state:>6}")


def _summary(examined: list[Examined]) -> str:
    counts = {state: sum(each.finding.state == state for each in examined) for state in State}
    if not counts[State.WRONG]:
        better = f"; {counts[State.ADVICE]} to improve" if counts[State.ADVICE] else ""
        return f"Nothing is wrong{better}."
    return f"{counts[State.WRONG]} wrong, {counts[State.ADVICE]} to improve."


def _as_object(examined: list[Examined]) -> dict[str, Any]:
    return {
        "healthy": is_well(examined),
        "findings": [
            {
                "part": each.part,
                "state": each.finding.state,
                "text": each.finding.text,
                "mend": each.finding.mend,
            }
            for each in examined
        ],
    }
