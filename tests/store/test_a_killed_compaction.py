"""kill -9 at any statement of a compaction loses and doubles nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database import url_of_test_database

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_a_killed_compaction_loses_and_doubles_nothing() -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
        "PYTHONPATH": str(ROOT),
    }
    script = ROOT / "tests" / "store" / "kill_compaction.py"
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 20, "so many statements were there to be killed at"
