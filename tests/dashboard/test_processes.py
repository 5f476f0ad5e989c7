"""The supervisor's note of the portal's processes."""

import json
from pathlib import Path

import pytest

from opsportal.dashboard.processes import Process, read_processes


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "{}", '{"processes": {"web": {}}}', '{"processes": []}', "\0"]
)
def test_a_note_that_cannot_be_read_is_no_note(tmp_path: Path, content: str | None) -> None:
    note = tmp_path / "portal.json"
    if content is not None:
        note.write_text(content, encoding="utf-8")
    assert read_processes(note) == []


def test_each_process_has_its_restarts(tmp_path: Path) -> None:
    note = tmp_path / "portal.json"
    process = {"pid": 1, "restarts": 3, "started_at": 1.0}
    note.write_text(json.dumps({"supervisor": {"pid": 1}, "processes": {"beat": process}}))
    assert read_processes(note) == [Process("beat", 3)]
