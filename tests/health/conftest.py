from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from opsportal.health import parts
from opsportal.health.facts import shared_facts
from opsportal.health.look import shared_look


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(parts, "_migrated", False)
    shared_look.forget()
    shared_facts.forget()
    yield
    shared_look.forget()
    shared_facts.forget()


@pytest.fixture
def broker(settings: Settings, broker_socket: Path) -> None:
    settings.REDIS_URL = f"unix://{broker_socket}"
