"""Every block of code in the documents is run by a test, or by what is named beside it."""

from __future__ import annotations

import pytest

from tests.documentation.reading import Block, blocks
from tests.running_portal import ROOT

SNIPPETS = "tests/documentation/test_snippets_run.py"
WRITTEN = "tests/documentation/test_what_is_written_is_so.py"
MADE = ("tests/processes/test_make_run.py", '"make", "run"')
# The document and how the block begins; the test, and words of it that stand for the run. Calls of
# manage.py are not here: test_documented_commands_run.py has every one.
RUN = {
    "README.md: make run": MADE,
    "README.md: make test": (".ci/run", "make test"),
    # Not by make, and two of them.
    "README.md: DATABASE_URL=": ("tests/scaling/test_two_of_everything.py", '"REDIS_URL": '),
    "installing.md: make run": MADE,
    "backups.md: sha256sum": ("tests/backups/test_by_hand.py", "documented(bare"),
    "boards.md: boards:": (SNIPPETS, "shown('boards.md', 'yaml')"),
    "channels.md: import hashlib": (SNIPPETS, 'shown("channels.md", "python")'),
    "configuration-as-code.md: version": (SNIPPETS, 'shown("configuration-as-code.md", "yaml")'),
    "deploying.md: rm var/current": ("tests/deployment/test_handing_over.py", "rm var/current"),
    "deploying.md: sudo sh -c": ("tests/processes/test_as_a_service.py", "sudo sh -c 'set -a; . "),
    "extending.md: from __future__": (WRITTEN, "class DiskImage"),
    "heartbeats.md: # crontab": (SNIPPETS, 'shown("heartbeats.md", "sh")'),
    "heartbeats.md: import requests": (SNIPPETS, 'shown("heartbeats.md", "python")'),
    "monitor.md: python3 -m venv": ("benchmarks/fresh.py", "python3 -m venv monitor-venv"),
    "traffic.md: MIDDLEWARE": (SNIPPETS, 'shown("traffic.md", "python")'),
}
SHOWN = blocks("sh", "python", "yaml", "")


def lines_of(block: Block) -> list[str]:
    lines = [line.strip() for line in block.text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def begins(block: Block, beginning: str) -> bool:
    return f"{block.document.name}: {block.text.strip()}".startswith(beginning)


@pytest.mark.parametrize("block", SHOWN, ids=lambda each: each.title)
def test_a_block_is_run_somewhere(block: Block) -> None:
    is_known = any(begins(block, each) for each in RUN)
    # Those are read one by one.
    assert is_known or all("manage.py " in line for line in lines_of(block))


@pytest.mark.parametrize("beginning", RUN)
def test_where_it_is_said_to_be_run_it_is(beginning: str) -> None:
    name, words = RUN[beginning]
    assert words in (ROOT / name).read_text(encoding="utf-8")
    assert any(begins(block, beginning) for block in SHOWN), "the documents do not show it any more"
