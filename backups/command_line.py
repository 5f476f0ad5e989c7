"""What the commands show: bars, sizes, and which backup is meant."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from django.core.management.base import CommandError

from backups.census import Census
from backups.models import GOOD, Backup

if TYPE_CHECKING:
    from tqdm import tqdm


class Bar:
    """One for each stage of a run, with bytes, rate and an estimate. None where nobody looks."""

    def __init__(self, title: str, quiet: bool = False) -> None:
        self._title, self._quiet = title, quiet or not sys.stderr.isatty()
        self._bar: tqdm[Any] | None = None
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def show(self, stage: str, done_bytes: int, expected_bytes: int | None) -> None:
        if self._quiet:
            return
        if stage != self._stage or self._bar is None:
            from tqdm import tqdm  # 1 MB that a worker's run has no use for

            self._close()
            self._stage = stage
            self._bar = tqdm[Any](
                desc=f"{self._title}: {stage}",
                total=expected_bytes,
                unit="B",
                unit_scale=True,
                leave=False,
            )
        self._bar.update(done_bytes - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()


class AskedToStop:
    """Ctrl-C lets a run end in order, as cancelled; a second one ends it at once."""

    def __init__(self) -> None:
        self.is_asked = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True
        signal.signal(signal.SIGINT, self._before)


def human(size_bytes: float) -> str:
    """1.5 MB of 1500000."""
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.3g} TB"


def described(backup: Backup) -> str:
    """What somebody should know who is about to restore it."""
    made = datetime.fromtimestamp((backup.started_ms or backup.queued_ms) / 1000, UTC)
    counted = Census.from_json(backup.census).summary
    return (
        f"{backup}\n  of {backup.plan_name}, made {made:%Y-%m-%d %H:%M} UTC, "
        f"{human(backup.size_bytes or 0)}, {counted}\n"
        f"  {backup.status}, {backup.get_proof_display().lower()}"
    )


def good_backup(name: str | None) -> Backup:
    """By its number, its key, or its plan's name (then the newest); without a name, the newest of
    all. Raises CommandError."""
    good = Backup.objects.filter(status__in=GOOD).select_related("plan")
    found = good.first() if name is None else _named(name)
    if found is None:
        what = "good backup" if name is None else f"good backup “{name}”"
        raise CommandError(f"There is no {what}: see manage.py backups.")
    return found


def _named(name: str) -> Backup | None:
    good = Backup.objects.filter(status__in=GOOD).select_related("plan")
    if name.isdigit():
        return good.filter(pk=int(name)).first()
    return good.filter(key=name).first() or good.filter(plan_name=name).first()
