"""The bodies that the page of the API shows are taken as they stand there, by the addresses that it
names, and its calls of curl by a shell."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from alerts.models import Channel
from opsportal.models import Scope
from opsportal.tokens import make_token
from tests.running_portal import ROOT, RunningPortal

PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")
# Blocks that are indented by four spaces.
BLOCKS = re.findall(r"(?:^    .+\n)+", PAGE, re.MULTILINE)
SHOWN = [re.sub(r"^    ", "", each, flags=re.MULTILINE) for each in BLOCKS]
ACCEPTED = (200, {"accepted": 1, "rejected": []})
Answered = Callable[[str, Any], tuple[int, Any]]


def body_with(word: str) -> Any:
    (block,) = [each for each in SHOWN if each.startswith("{") and f'"{word}"' in each]
    return json.loads(block)


@pytest.fixture
def answered(db: None) -> Answered:
    """Status and answer to a body that is sent."""
    _, secret = make_token("documented", Scope("write"))
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def send(path: str, body: Any) -> tuple[int, Any]:
        answer = client.post(path, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    return send


def test_every_block_of_the_page_is_sent_by_a_test_here() -> None:
    words = ("interval_seconds", "points", "zero_count", "for_seconds", "cron")
    assert [body_with(word) for word in words]
    assert len(SHOWN) == len(words) + 2  # and the calls of curl


def test_the_check_is_made(answered: Answered) -> None:
    status, made = answered("/api/v1/checks", body_with("interval_seconds"))
    assert (status, made["name"], made["retries"]) == (201, "Tradier", 2)


def test_the_points_are_accepted(answered: Answered) -> None:
    (point,) = body_with("points")["points"]
    now = int(time.time())  # that of the page is long ago
    assert answered("/api/v1/points", {"points": [{**point, "time": now}]}) == ACCEPTED


def test_the_histogram_is_accepted(answered: Answered) -> None:
    point = {"metric": "http_response_time_ms", "labels": {"service": "s"}, "time": time.time()}
    points = {"points": [{**point, "histogram": body_with("zero_count")}]}
    assert answered("/api/v1/points", points) == ACCEPTED


def test_the_threshold_is_made(answered: Answered) -> None:
    channel = Channel.objects.create(name="ops", kind="webhook")
    shown = body_with("for_seconds")
    status, made = answered("/api/v1/thresholds", {**shown, "channels": [channel.pk]})
    assert (status, made["name"], made["for_seconds"]) == (201, "Busy", 300)


def test_the_plan_is_made(answered: Answered) -> None:
    status, made = answered("/api/v1/plans", body_with("cron"))
    assert (status, made["name"], made["keep_days"]) == (201, "Shop", 7)


@pytest.fixture
def said(
    running_portal: RunningPortal, require: Callable[[bool, str], None]
) -> Callable[[str, str], Any]:
    """What the portal that runs says to a call of curl that is shown."""
    require(shutil.which("curl") is not None, "curl is not installed (Debian: curl)")

    def call(begins: str, token: str) -> Any:
        (shown,) = [each for each in SHOWN if each.startswith(begins)]
        program = shown.replace("http://127.0.0.1:8000", running_portal.url)
        done = subprocess.run(
            ["/bin/sh", "-ec", program.replace("python ", f"{sys.executable} ")],
            cwd=ROOT,
            env={**running_portal.environment, "TOKEN": token},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return call


def test_a_token_is_made_and_used(said: Callable[[str, str], Any]) -> None:
    assert "results" in said("TOKEN=", "")


def test_a_deployment_is_marked(
    said: Callable[[str, str], Any], running_portal: RunningPortal
) -> None:
    made = said("curl", running_portal.token("documented", "write"))
    assert (made["text"], made["tags"]) == ("Deploy 4f2c1e", ["shop"])
