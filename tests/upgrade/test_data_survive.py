"""A database of the first release, with something in every table, migrated to the newest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_portal import ROOT, OwnDatabase


@pytest.mark.takes_long
def test_every_row_of_the_first_release_is_there_and_as_it_was(
    tmp_path: Path, own_database: OwnDatabase
) -> None:
    with own_database("upgrade") as variables:
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.upgrade.from_the_first"],
            cwd=ROOT,
            env={**inherited, "OPSPORTAL_DATA_DIR": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout.splitlines()[-1])
    assert len(rows) > 25
    assert [each["model"] for each in rows if not each["is_there"]] == []
    assert {each["model"]: each["changed"] for each in rows if each["changed"]} == {}
