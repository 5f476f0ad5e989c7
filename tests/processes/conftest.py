"""Portals that these tests may harm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_portal import OwnDatabase, RunningPortal


@pytest.fixture(scope="package")
def doomed_portal(
    tmp_path_factory: pytest.TempPathFactory, own_database: OwnDatabase, set_up_once: Path
) -> Iterator[RunningPortal]:
    """A whole portal whose children are killed; every test waits until it is whole again. Not on
    the database of another: its canary would sing for that one too."""
    with own_database("doomed") as variables:
        portal = RunningPortal(tmp_path_factory.mktemp("doomed") / "var", variables)
        portal.set_up_like(set_up_once)
        portal.start()
        yield portal
        portal.close()


@pytest.fixture
def prepared_portal(tmp_path: Path, set_up_once: Path) -> Iterator[RunningPortal]:
    """Set up, not started; on SQLite."""
    portal = RunningPortal(tmp_path / "var")
    portal.copy(set_up_once)
    yield portal
    portal.close()


@pytest.fixture
def new_portal(tmp_path: Path) -> Iterator[RunningPortal]:
    """Not set up, not started; on SQLite."""
    portal = RunningPortal(tmp_path / "var")
    yield portal
    portal.close()
