"""The memory of the portal's own processes, by what the supervisor wrote."""

import json
import os
from pathlib import Path

import pytest

from monitoring.vitals.portal import portal_processes


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "[]", '{"processes": {"web": {}}}', '{"processes": 1, "supervisor": 2}'],
)
def test_a_missing_or_half_made_file_is_no_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "portal.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert portal_processes(path) == []


def test_a_process_that_has_gone_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "portal.json"
    state = {
        "supervisor": {"pid": os.getpid()},
        "processes": {"web": {"pid": 2**22 + 1}, "beat": {"pid": None}},
    }
    path.write_text(json.dumps(state), encoding="utf-8")
    (only,) = portal_processes(path)
    assert only.labels == {"process": "supervisor"}
    assert only.value > 1_000_000
