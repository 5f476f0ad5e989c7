"""The thread of the web process that judges the background work outlives what befalls it."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError

from monitoring import judge, store
from monitoring.canary import BEAT_AGE, record_canary

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, ValueError])
def test_whatever_fails_is_said_and_the_next_turn_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def fail(now: datetime) -> None:
        raise error("gone")

    monkeypatch.setattr(judge, "record_beat_age", fail)
    with caplog.at_level(logging.WARNING):
        _in_a_thread(judge.judge_once)
    assert "cannot record the age of the canary: gone" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_it_records_the_age_from_a_thread_of_its_own() -> None:
    record_canary("default", 0.1, int(datetime.now(UTC).timestamp() * 1000) - 12_000)
    _in_a_thread(judge.judge_once)
    (point,) = store.latest(store.Selector(BEAT_AGE))
    assert 12 <= point.value < 20


def _in_a_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_management_commands_have_no_judge() -> None:
    script = (
        "import threading; from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'check', '--tag', 'environment']);"
        "assert [t.name for t in threading.enumerate()] == ['MainThread']"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
