"""Ours: the process that has the database to itself. It does what its input says, line by line."""

from __future__ import annotations

import dataclasses
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from unittest import mock

import psutil

from benchmarks.probing.pace import Pace, Sustained

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from monitoring.models import CheckState
    from monitoring.runner.outcomes import Outcome

# As a check has it by itself. Their phases are recorded once in five minutes (docs/checks.md): so
# that each round has its fifth of them, the checks are due at every moment of the last five.
INTERVAL_SECONDS = 60
OVERDUE_MS = 300_000
# As often as the schedule ticks.
TICK_SECONDS = 5.0


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    bench = Ours(json.loads(sys.argv[1]), int(sys.argv[2]))
    for line in sys.stdin:
        word, number = line.split()
        print(json.dumps(dataclasses.asdict(getattr(bench, word)(float(number)))), flush=True)


class Ours:
    """Runs in the process that has the database to itself."""

    def __init__(self, given: dict[str, str], checks: int) -> None:
        from monitoring.runner.running import Runner

        self._checks = checks
        _create_checks(given, checks)
        self._runner = Runner()
        self._runner.start()

    def probe_all(self, _: float) -> Pace:
        """Every check once, from the tick until the last result is in the database.

        Results are counted as they are written: asking the database every now and then, as this did
        before, took a fifth of the interpreter's time. Afterwards it is asked once.
        """
        from django.db.models import F

        from monitoring.models import CheckState

        # What is still being probed for the last time would not be probed for this one.
        _wait_while(CheckState.objects.filter(leased_until_ms__gt=0))
        started_ms = _now_ms()
        CheckState.objects.update(due_ms=started_ms - F("pk") * OVERDUE_MS / self._checks)
        all_written = threading.Event()
        missing = self._checks

        def note(count: int) -> None:
            nonlocal missing
            missing -= count
            if missing <= 0:
                all_written.set()

        before, started = _cpu_seconds(), time.perf_counter()
        # None that would be due again meanwhile, and wait for it: it would be in the peers' way.
        with _written(note), mock.patch("monitoring.runner.running.AHEAD_MS", 0):
            self._runner.tick()
            assert all_written.wait(600), f"{missing} checks are not done"
        spent, cpu_seconds = time.perf_counter() - started, _cpu_seconds() - before
        _wait_while(CheckState.objects.exclude(probed_ms__gte=started_ms))
        others = CheckState.objects.exclude(status="up").values_list("status", "message")
        assert not others.exists(), others[:3]
        return Pace(self._checks / spent, cpu_seconds * 1000 / self._checks)

    def sustain(self, seconds: float) -> Sustained:
        from monitoring.runner.engine import Engine

        lags_ms: list[int] = []
        counts: list[int] = []
        _spread_over_the_interval()
        before, started = _cpu_seconds(), time.perf_counter()
        noted = mock.patch.object(Engine, "_note_lag", lambda _, lag_ms: lags_ms.append(lag_ms))
        with noted, _written(counts.append):
            while (spent := time.perf_counter() - started) < seconds:
                self._runner.tick()
                time.sleep(min(TICK_SECONDS, seconds - spent))
        spent, cpu_seconds = time.perf_counter() - started, _cpu_seconds() - before
        percentiles = statistics.quantiles(lags_ms, n=100)
        cpu_percent = 100 * cpu_seconds / spent
        return Sustained(sum(counts) / spent, percentiles[49], percentiles[98], cpu_percent)


def _written(note: Callable[[int], None]) -> AbstractContextManager[object]:
    """`note` gets how many results have just been written."""
    from monitoring.runner.outcomes import write

    def counted(outcomes: Sequence[Outcome]) -> int:
        count = write(outcomes)
        note(count)
        return count

    return mock.patch("monitoring.runner.running.write", counted)


def _create_checks(given: dict[str, str], count: int) -> None:
    """The first one is saved as people save it, the others are copies of it."""
    from monitoring.editing import save_check
    from monitoring.models import Check, CheckState

    # Patient: on a machine that others use too, a timeout would tell nothing of the portal.
    timing = {"interval_seconds": INTERVAL_SECONDS, "timeout_seconds": 60}
    first = Check(name="check 0", kind="http", **timing)
    save_check(first, given)
    copied = ("kind", "settings", "secrets", "interval_seconds", "timeout_seconds", "is_local")
    fields = {name: getattr(first, name) for name in copied}
    names = [(f"check {number}", f"check-{number}") for number in range(1, count)]
    checks = Check.objects.bulk_create(
        [Check(name=name, slug=slug, **fields) for name, slug in names], batch_size=1000
    )
    state = CheckState.objects.values("since_ms", "due_ms", "version").get(owner=first)
    CheckState.objects.bulk_create(
        [CheckState(owner=check, **state) for check in checks], batch_size=1000
    )


def _wait_while(states: QuerySet[CheckState]) -> None:
    deadline = time.monotonic() + 600
    while states.exists():
        time.sleep(0.05)
        if time.monotonic() > deadline:
            raise RuntimeError(f"{states.count()} checks are not done, as {states.values()[0]}")


def _spread_over_the_interval() -> None:
    """As an edit of the interval would, once everybody has been probed: each check is due at its
    own time within the next minute, and has to be prepared anew. It takes a moment: written through
    the ORM it took ten seconds, in which the first thousand checks had become late."""
    from django.db import connection, transaction

    from monitoring.models import CheckState
    from monitoring.scheduling import next_due_ms

    ids = list(CheckState.objects.values_list("pk", flat=True))
    interval_ms = 1000 * INTERVAL_SECONDS
    now_ms = _now_ms() + 2000
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE monitoring_checkstate SET due_ms = %s, version = version + 1"
            " WHERE check_id = %s",
            [(next_due_ms(each, interval_ms, now_ms), each) for each in ids],
        )
    assert _now_ms() < now_ms, "the machine is too busy to begin"


def _cpu_seconds() -> float:
    """Of this process and the probers that it has started, those that have ended too."""
    spent = 0.0
    for process in (this := psutil.Process(), *this.children()):
        spent += sum(process.cpu_times()[:4])
    return spent


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
