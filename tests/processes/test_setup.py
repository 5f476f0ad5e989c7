import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.running_portal import ROOT, RunningPortal


def test_the_second_set_up_finds_everything_already_so(
    prepared_portal: RunningPortal,
) -> None:
    key = (prepared_portal.data_dir / "secret_key").read_bytes()
    prepared_portal.set_up()  # its check of itself follows it to the port of this test
    again = prepared_portal.manage("setup", "--noinput")
    lines = again.stdout.splitlines()
    assert lines
    assert all(line.startswith("already so") for line in lines)
    assert (prepared_portal.data_dir / "secret_key").read_bytes() == key
    assert prepared_portal.manage("setup", "--noinput", "--quiet").stdout == ""


def test_data_and_secret_are_readable_by_their_owner_only(set_up_once: Path) -> None:
    modes = {
        name: stat.S_IMODE((set_up_once / name).stat().st_mode)
        for name in (".", "run", "secret_key")
    }
    assert modes == {".": 0o700, "run": 0o700, "secret_key": 0o600}


@pytest.mark.takes_long
def test_a_generated_password_is_shown_once(new_portal: RunningPortal) -> None:
    new_portal.password = ""
    runs = [new_portal.manage("setup", "--noinput") for _ in range(2)]
    # Nothing stands between the steps.
    assert [each.stderr for each in runs] == ["", ""]
    first, second = (each.stdout for each in runs)
    assert "administrator admin, password " in first
    assert "administrator" in second
    assert "password " not in second


def test_a_given_password_is_not_shown(prepared_portal: RunningPortal) -> None:
    with closing(sqlite3.connect(prepared_portal.data_dir / "opsportal.sqlite3")) as database:
        database.executescript("DELETE FROM auth_user; DELETE FROM auth_user_groups")
    shown = prepared_portal.manage("setup", "--noinput")
    assert "done  administrator admin" in shown.stdout
    assert prepared_portal.password not in shown.stdout + shown.stderr


@pytest.mark.takes_long
def test_two_set_ups_at_once_both_end_well_and_make_one_administrator(
    new_portal: RunningPortal,
) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "manage.py", "setup", "--noinput"],
            cwd=ROOT,
            env=new_portal.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    said = [each.communicate(timeout=300)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sum("done  administrator" in each for each in said) == 1
