"""What the documents show as YAML, Python and shell does what it is shown for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command

from alerts.models import Threshold
from monitoring.models import Check
from opsportal.boards.models import Board
from tests.documentation.reading import Block, blocks
from tests.running_portal import RunningPortal

EXAMPLE = "https://ops.example/ping/UUID"


def shown(document: str, language: str, word: str = "") -> Block:
    (block,) = [
        each for each in blocks(language) if each.document.name == document and word in each.text
    ]
    return block


@pytest.mark.django_db
def test_the_configuration_that_is_shown_can_be_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T/B/x")
    file = tmp_path / "portal.yaml"
    file.write_text(shown("configuration-as-code.md", "yaml").text, encoding="utf-8")
    call_command("apply", str(file), stdout=StringIO())
    assert Check.objects.get(name="Shop").parent == Check.objects.get(name="Router")
    assert [each.name for each in Threshold.objects.get().channels.all()] == ["ops chat"]


@pytest.mark.django_db
def test_the_board_that_is_shown_can_be_applied(tmp_path: Path) -> None:
    file = tmp_path / "portal.yaml"
    file.write_text(f"version: 1\n{shown('boards.md', 'yaml').text}", encoding="utf-8")
    call_command("apply", str(file), stdout=StringIO())
    assert Board.objects.get(slug="shop").lines.count() == 2


@pytest.fixture
def heartbeat(running_portal: RunningPortal) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """The address to ping, and what was told there, the first first."""
    headers = {"Authorization": f"Bearer {running_portal.token('snippets', 'write')}"}
    checks = f"{running_portal.url}/api/v1/checks"
    settings = {"period_seconds": 86400, "grace_seconds": 3600}
    body = {"name": "documented job", "kind": "heartbeat", "settings": settings}
    made = requests.post(checks, json=body, headers=headers, timeout=30).json()

    def told() -> list[str]:
        answer = requests.get(f"{checks}/{made['id']}/pings", headers=headers, timeout=30).json()
        return [str(each["kind"]) for each in reversed(answer["results"])]

    yield f"{running_portal.url}/ping/{made['ping_url'].rstrip('/').rpartition('/')[2]}", told
    requests.delete(f"{checks}/{made['id']}", headers=headers, timeout=30)


def test_the_job_that_is_shown_tells_of_its_beginning_and_end(
    heartbeat: tuple[str, Callable[[], list[str]]],
) -> None:
    url, told = heartbeat
    program = shown("heartbeats.md", "python").text.replace(EXAMPLE, url)

    def fails() -> None:
        raise ValueError("no room")

    names: dict[str, Any] = {"run": lambda: None}
    exec(compile(program, "heartbeats.md", "exec"), names)  # noqa: S102
    with pytest.raises(ValueError, match="no room"):
        exec(compile(program, "heartbeats.md", "exec"), {"run": fails})  # noqa: S102
    assert told() == ["start", "success", "start", "fail"]


def test_the_lines_of_shell_that_are_shown_tell_of_their_exit_status(
    heartbeat: tuple[str, Callable[[], list[str]]], require: Callable[[bool, str], None]
) -> None:
    require(shutil.which("curl") is not None, "curl is not installed (Debian: curl)")
    url, told = heartbeat
    text = shown("heartbeats.md", "sh").text.replace("0 2 * * *", "").replace(EXAMPLE, url)
    subprocess.run(
        ["/bin/sh", "-c", text.replace("/usr/local/bin/backup", "true")], check=True, timeout=120
    )
    assert told() == ["success", "start", "success"]
