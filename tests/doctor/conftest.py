from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def broker(settings: Settings, broker_socket: Path) -> None:
    settings.REDIS_URL = f"unix://{broker_socket}"
