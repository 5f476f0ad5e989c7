"""An hour with 2000 checks, 200 requests a second and five misfortunes: what is lost, and how long
it takes to recover. `OPSPORTAL_BENCH_MINUTES` asks for another length.

On PostgreSQL and a broker of its own, in a small file system, a network and with a clock of its
own (Linux, root, `unshare`, and a C compiler for the clock): the disk is full, database
and broker are started anew, the network is gone, the clock steps by five minutes and back. What
cannot be had here is left out, and said so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parents[2]


def run(quick: bool) -> list[Row]:
    """In a process of its own, whose mounts and network go with it."""
    minutes = os.environ.get("OPSPORTAL_BENCH_MINUTES", "6" if quick else "60")
    apart = ["unshare", "--mount", "--net", "--"] if _can_be_apart() else []
    command = [*apart, sys.executable, "-m", "benchmarks.soak.course", minutes, str(len(apart))]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    from benchmarks.soak.report import rows_from

    return rows_from(said)


def _can_be_apart() -> bool:
    return os.geteuid() == 0 and shutil.which("unshare") is not None
