"""The threat model names a test for each threat, and each is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_threat_has_a_control_and_tests_that_exist() -> None:
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    table = text.partition("| threat | control | test |")[2].partition("\n\n")[0]
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    assert len(rows) > 20
    for threat, control, tests in rows:
        assert control
        named = re.findall(r"`(tests/[^`]+)`", tests)
        assert named, threat
        assert [name for name in named if not (ROOT / name).is_file()] == []
