"""Entries in the user's crontab, between two marks: for machines without Celery."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from opsportal.setup.step import Outcome, Report, SetupError

BEGIN = "# OpsPortal: written by `manage.py setup --cron`"
END = "# OpsPortal: end"


def entries(base_dir: Path, data_dir: Path, python: Path) -> str:
    """The monitor every five minutes, a backup at two at night. Cron mails what is printed, so
    they print only what went wrong."""
    # Cron takes an unescaped % for the end of the line.
    place, program, data = (_word(path) for path in (base_dir, python, data_dir))
    run = f"cd {place} && OPSPORTAL_DATA_DIR={data} {program} manage.py"
    return (
        f"{BEGIN}\n"
        f"*/5 * * * * {run} monitor --tell >/dev/null\n"
        f"0 2 * * * {run} backup --quiet\n"
        f"{END}\n"
    )


def with_entries(crontab: str, wanted: str) -> str:
    kept = without_entries(crontab)
    return f"{kept}{'' if not kept or kept.endswith(chr(10)) else chr(10)}{wanted}"


def without_entries(crontab: str) -> str:
    before, begin, rest = crontab.partition(BEGIN)
    if not begin:
        return crontab
    _, end, after = rest.partition(END)
    if not end:
        raise SetupError(f"The crontab has “{BEGIN}” without “{END}”: mend it with crontab -e")
    return before + after.removeprefix("\n")


def install_entries() -> Report:
    wanted = entries(settings.BASE_DIR, settings.DATA_DIR, Path(sys.executable))
    return _change(lambda crontab: with_entries(crontab, wanted), "crontab entries")


def remove_entries() -> Report:
    return _change(without_entries, "no crontab entries")


def _change(change: Callable[[str], str], text: str) -> Report:
    before = _read()
    after = change(before)
    if after == before:
        return Report(Outcome.ALREADY, text)
    _crontab("-", input=after)
    return Report(Outcome.DONE, text)


def _read() -> str:
    done = _crontab("-l")
    # 1 and "no crontab for …" where there is none yet.
    return done.stdout if done.returncode == 0 else ""


def _crontab(*words: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            ["crontab", *words], input=input, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise SetupError(
            "crontab is not installed on this machine (Debian: apt install cron)"
        ) from None
    if input is not None and done.returncode != 0:
        raise SetupError(f"The crontab was not taken: {done.stderr.strip()}")
    return done


def _word(path: Path) -> str:
    return shlex.quote(str(path)).replace("%", r"\%")
