"""What the documents show as YAML, Python and shell does what it is shown for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command
from requests.structures import CaseInsensitiveDict

from alerts.channels.webhook import Webhook
from alerts.models import Threshold
from monitoring.models import Check
from opsportal.boards.models import Board
from tests.channels.messages import message
from tests.channels.receivers import receiving
from tests.documentation.reading import Block, blocks
from tests.running_portal import ROOT, RunningPortal
from tests.traffic.portal_stand_in import StandIn

EXAMPLE = "https://ops.example/ping/UUID"
# A Django project of somebody else, with the settings that are shown. Of what is installed it has
# what the page says, and what that needs itself.
ANOTHER_PROJECT = """
import importlib.metadata as packages, os, re, sys
before = set(sys.modules)
from django.conf import settings
{shown}
settings.configure(
    SECRET_KEY="shop", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=MIDDLEWARE,
    TRAFFIC=TRAFFIC,
)
import django
django.setup()
from django.http import HttpResponse
from django.test import Client
from django.urls import path
urlpatterns = [path(name, lambda request: HttpResponse("ok")) for name in ("orders/", "health")]
client = Client()
for address in ("/orders/", "/orders/", "/health"):
    assert client.get(address).headers["Server-Timing"]
allowed = {{"opsportal", "django", "requests"}}
for name in ("django", "requests"):
    needed = [each for each in packages.requires(name) if "extra ==" not in each]
    allowed |= {{re.match("[A-Za-z0-9_-]+", each)[0].lower() for each in needed}}
of = packages.packages_distributions()
imported = {{name for each in set(sys.modules) - before for name in of.get(each, [])}}
imported = {{name.lower().replace("_", "-") for name in imported}}
of_the_portal = re.findall("^[a-z0-9-]+", open("requirements.txt").read(), re.M)
print(*sorted(imported & set(of_the_portal) - {{name.replace("_", "-") for name in allowed}}))
"""


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


def test_the_receiver_that_is_shown_knows_what_the_portal_has_signed() -> None:
    program: dict[str, Any] = {}
    exec(compile(shown("channels.md", "python").text, "channels.md", "exec"), program)  # noqa: S102
    is_genuine = program["is_genuine"]
    with receiving() as receiver:
        Webhook(url=receiver.url, secret="shared").send(message())
    (received,) = receiver.received
    headers = CaseInsensitiveDict(received.headers)
    assert is_genuine(b"shared", headers, received.body)
    assert not is_genuine(b"another", headers, received.body)
    assert not is_genuine(b"shared", headers, received.body + b" ")
    old = {**received.headers, "x-opsportal-timestamp": str(int(time.time()) - 301)}
    assert not is_genuine(b"shared", CaseInsensitiveDict(old), received.body)


def test_another_project_with_the_settings_that_are_shown_tells_of_its_requests() -> None:
    portal = StandIn()
    text = shown("traffic.md", "python").text.replace("https://ops.example.com", portal.url)
    program = ANOTHER_PROJECT.format(
        shown=text.replace("...", '"django.middleware.common.CommonMiddleware"')
    )
    own = ("DJANGO_SETTINGS_MODULE", "PYTHONSTARTUP")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**environment, "OPS_TOKEN": "ops_shop"},
        capture_output=True,
        text=True,
        check=False,
    )
    portal.close()
    assert done.returncode == 0, done.stderr
    # All that it has imported comes with the two packages that the page names.
    assert done.stdout.split() == []
    assert portal.authorizations == {"Bearer ops_shop"}
    assert portal.requests() == 2
    labels = json.dumps(portal.bodies)
    assert '"service": "web-shop"' in labels
    assert "health" not in labels
