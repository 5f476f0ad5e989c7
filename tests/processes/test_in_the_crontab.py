"""`setup --cron`: the user's own lines are never touched."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsportal.setup import crontab
from opsportal.setup.crontab import BEGIN, END, entries, with_entries, without_entries
from opsportal.setup.step import Outcome, SetupError

OURS = entries(Path("/opt/ops portal"), Path("/var/lib/100%"), Path("/opt/python"))


def test_a_block_that_lost_its_end_is_not_guessed_at() -> None:
    with pytest.raises(SetupError, match="mend it with crontab -e"):
        with_entries(f"0 1 * * * mine\n{BEGIN}\n0 2 * * * whose\n", OURS)


def test_a_machine_without_cron_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match="apt install cron"):
        crontab.install_entries()


@given(st.text(alphabet="0 *#a\n").map(lambda text: text and text.rstrip("\n") + "\n"))
def test_taking_them_out_again_leaves_what_was_there(before: str) -> None:
    once = with_entries(before, OURS)
    assert with_entries(once, OURS) == once
    assert without_entries(once) == before


def test_spaces_and_percent_signs_reach_the_shell() -> None:
    monitor, backup = OURS.splitlines()[1:-1]
    assert monitor.startswith("*/5 * * * * cd '/opt/ops portal' && ")
    assert r"OPSPORTAL_DATA_DIR='/var/lib/100\%'" in backup or r"/var/lib/100\%" in backup
    assert OURS.endswith(f"{END}\n")


def test_they_are_written_once_and_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against a crontab that keeps its table in a file."""
    program = tmp_path / "crontab"
    table = tmp_path / "table"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table}; else cat > {table}; fi\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    outcomes = [crontab.install_entries().outcome for _ in range(2)]
    assert outcomes == [Outcome.DONE, Outcome.ALREADY]
    assert "manage.py monitor --tell" in table.read_text(encoding="utf-8")
    assert crontab.remove_entries().outcome is Outcome.DONE
    assert table.read_text(encoding="utf-8") == ""
