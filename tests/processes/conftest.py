"""Portals that these tests may harm."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_portal import OwnDatabase, RunningPortal


@pytest.fixture(scope="package")
def doomed_portal(
    tmp_path_factory: pytest.TempPathFactory, own_database: OwnDatabase
) -> Iterator[RunningPortal]:
    """A whole portal whose children are killed; every test waits until it is whole again. Not on
    the database of another: its canary would sing for that one too."""
    with own_database("doomed") as variables:
        portal = RunningPortal(tmp_path_factory.mktemp("doomed") / "var", variables)
        portal.set_up()
        portal.start()
        yield portal
        portal.close()


@pytest.fixture(scope="package")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory to copy: set-up takes seconds, and most tests are not about it. Whichever
    test process needs it first makes it for all of them."""
    place = tmp_path_factory.getbasetemp()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    portal, made = RunningPortal(place / "prepared" / "var"), place / "prepared.made"
    with (place / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            portal.set_up()
            made.touch()
    return portal.data_dir


@pytest.fixture
def prepared_portal(tmp_path: Path, set_up_once: Path) -> Iterator[RunningPortal]:
    """Set up, not started; on SQLite."""
    portal = RunningPortal(tmp_path / "var")
    shutil.copytree(set_up_once, portal.data_dir)
    yield portal
    portal.close()


@pytest.fixture
def new_portal(tmp_path: Path) -> Iterator[RunningPortal]:
    """Not set up, not started; on SQLite."""
    portal = RunningPortal(tmp_path / "var")
    yield portal
    portal.close()
