"""What has just become due does not wait for the next tick."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from monitoring import waking
from monitoring.editing import run_now, set_enabled
from monitoring.tasks import run_due_checks
from tests.checks.watched import add

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, **_: found.append(name), raising=False
    )
    monkeypatch.setattr(waking, "_woken_at", float("-inf"))
    # It stands still: twenty edits may take a loaded machine longer than a wave.
    monkeypatch.setattr(waking, "time", SimpleNamespace(monotonic=lambda: 100.0))
    return found


def test_a_broker_that_is_away_does_not_fail_the_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(name: str, **_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", away, raising=False)
    monkeypatch.setattr(waking, "_woken_at", float("-inf"))
    assert run_now(add("one"))


def test_an_import_of_many_is_one_message(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # However long a busy machine takes for them.
    monkeypatch.setattr(waking, "_AT_MOST_EVERY_SECONDS", 3600)
    for number in range(20):
        add(f"check {number}")
    assert sent == [run_due_checks.name]


@pytest.mark.parametrize("act", [run_now, lambda check: set_enabled(check, True)])
def test_an_act_on_a_check_sends_one(
    act: object, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = add("one")
    sent.clear()
    monkeypatch.setattr(waking, "_woken_at", float("-inf"))
    assert callable(act)
    act(check)
    assert len(sent) == 1
