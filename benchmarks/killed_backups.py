"""Kills runs of backups with -9 at random moments: never a bad backup listed as good, never a good
one lost, nothing left over after the next run. To a directory and a bucket, of SQLite and of
PostgreSQL (half as often).

A full run kills 50 times and takes some minutes; `OPSPORTAL_TEST_KILLS` asks for another number.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
TEST = "tests/backups/test_a_killed_run.py"
KILLED = re.compile(r"killed (\d+) runs of (\w+)")


def run(quick: bool) -> list[Row]:
    kills = os.environ.get("OPSPORTAL_TEST_KILLS", "4" if quick else "50")
    command = [sys.executable, "-m", "pytest", "-q", "-rP", "-p", "no:randomly", TEST]
    done = subprocess.run(
        [*command, "--log-level=INFO"],
        cwd=ROOT,
        env={**os.environ, "OPSPORTAL_TEST_KILLS": kills},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:])
    told = dict.fromkeys(KILLED.findall(done.stdout)) or {("0", "nothing"): None}
    return [
        Row(f"killed backups of {kind}", "runs killed", float(count), "times",
            bar="none bad, lost or left over", passed=done.returncode == 0)
        for count, kind in told
    ]  # fmt: skip
