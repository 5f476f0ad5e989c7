"""A real database server for the probes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.backups.mariadb_server import running


@pytest.fixture(scope="session")
def mariadb_port(require: Callable[[bool, str], None]) -> Iterator[int]:
    """Its user is `portal` with `mariadb_server.PASSWORD`, who may do everything."""
    require(shutil.which("mariadbd") is not None, "MariaDB is not installed")
    with running() as server:
        server.do("CREATE DATABASE shop")
        yield server.port
