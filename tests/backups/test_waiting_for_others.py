"""A run that waits for a lock, a program or a server that says nothing can be ended, and ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection as portal
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from backups import leasing, runner
from backups.editing import save_plan
from backups.models import Backup, Plan
from backups.queueing import cancel, queue
from backups.runner import run
from backups.sources import postgresql
from backups.sources.postgresql_cutting import cutting
from backups.sources.postgresql_tools import KEEPALIVES, connection_words
from tests.backups.plans import IDENTITY, NOW_MS, files_in
from tests.running_portal import free_port, until

# Only a test that fails waits as long.
WAIT_SECONDS = 60
# It does not mind being asked to end, either.
DEAF = "#!/bin/sh\ntrap '' TERM\nexec sleep 600\n"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _looked_at_often(_leases_last: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leasing, "RENEW_SECONDS", 0.1)


@pytest.fixture
def of(tmp_path: Path, empty_postgresql: str) -> Plan:
    with psycopg.connect(empty_postgresql, autocommit=True) as connection:
        connection.execute("CREATE TABLE a (id int)")
    made = Plan(
        name="Shop",
        source_kind="postgresql",
        recipients=str(IDENTITY.to_public()),
        lock_timeout_seconds=600,
    )
    kept = {"kind": "local", "path": str(tmp_path / "kept")}
    save_plan(made, {"url": empty_postgresql}, [kept])
    return made


@pytest.fixture
def deaf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump gives no byte, and does not end."""
    program = tmp_path / "pg_dump"
    program.write_text(DEAF)
    program.chmod(0o755)
    monkeypatch.setattr(postgresql, "tool_for", lambda *_: str(program))


def cancelled_when(backup: Backup, is_time: Callable[[], object]) -> threading.Thread:
    """By somebody else, in another thread."""

    def ask() -> None:
        until(is_time, WAIT_SECONDS, "the moment to cancel")
        cancel(backup, "ada")
        portal.close()

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_a_cancel_is_heard_while_a_lock_is_waited_for(
    of: Plan, empty_postgresql: str, tmp_path: Path
) -> None:
    waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'a'::regclass"
    queued = queue(of, "test", NOW_MS)
    with (
        psycopg.connect(empty_postgresql, autocommit=True) as looking,
        psycopg.connect(empty_postgresql) as holder,
    ):
        holder.execute("LOCK TABLE a IN ACCESS EXCLUSIVE MODE")
        thread = cancelled_when(queued, lambda: looking.execute(waiting).fetchall())
        made = run(queued.pk)
        thread.join()
        assert looking.execute(waiting).fetchall() == []
    assert made is not None
    assert (made.status, made.error) == ("cancelled", "cancelled")
    assert files_in(tmp_path / "kept") == []


@pytest.mark.usefixtures("deaf")
def test_a_cancel_ends_a_program_that_gives_nothing_and_hears_nothing(of: Plan) -> None:
    queued = queue(of, "test", NOW_MS)
    thread = cancelled_when(queued, lambda: Backup.objects.get(pk=queued.pk).stage == "dumping")
    made = run(queued.pk)
    thread.join()
    assert made is not None
    assert made.status == "cancelled"


@pytest.mark.usefixtures("deaf")
def test_ctrl_c_ends_it_too(of: Plan) -> None:
    asked = threading.Event()

    def is_asked() -> bool:
        """While the program is waited for, not before."""
        if Backup.objects.get(pk=queued.pk).stage == "dumping":
            asked.set()
        return asked.is_set()

    queued = queue(of, "test", NOW_MS)
    made = run(queued.pk, is_asked_to_stop=is_asked)
    assert made is not None
    assert (made.status, made.error) == ("cancelled", "cancelled on the command line")


@pytest.mark.usefixtures("deaf")
def test_what_says_nothing_for_too_long_has_failed_and_says_so(
    of: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "STALL_SECONDS", 0.3 - of.lock_timeout_seconds)
    made = run(queue(of, "test", NOW_MS).pk)
    assert made is not None
    assert made.status == "failed"
    assert made.error == "the source has given nothing for 0 min"


def reached(host: str, port: int) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    found = socket.socket(socket.AF_UNIX)
    found.connect(f"{host}/.s.PGSQL.{port}")
    return found


@contextmanager
def frozen_later(url: str) -> Iterator[tuple[str, threading.Event]]:
    """The same server through a proxy, which says nothing any more once the event is set."""
    frozen, sockets = threading.Event(), list[socket.socket]()
    parts = conninfo_to_dict(url)
    listener = socket.create_server(("127.0.0.1", free_port()))

    def pump(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(65536)) and not frozen.is_set():
                to.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while not frozen.is_set():
                near, _ = listener.accept()
                far = reached(str(parts["host"]), int(parts.get("port") or 5432))
                sockets.extend((near, far))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    port = listener.getsockname()[1]
    yield make_conninfo(url, host="127.0.0.1", port=port), frozen
    listener.close()
    for each in sockets:
        each.close()


def test_a_query_to_a_server_that_is_silent_is_ended(empty_postgresql: str) -> None:
    with (
        frozen_later(empty_postgresql) as (url, frozen),
        closing(psycopg.connect(url, autocommit=True)) as connection,
    ):
        connection.execute("SELECT 1")
        frozen.set()
        cut = cutting(connection)
        threads = [threading.Timer(0.2, cut, (count,)) for count in (0, 1)]
        for each in threads:
            each.start()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(600)")
        for each in threads:
            each.join()


def test_every_connection_is_kept_alive_unless_its_url_says_otherwise(
    empty_postgresql: str,
) -> None:
    with closing(postgresql._connected(empty_postgresql, "test")) as connection:
        known = connection.info.get_parameters()
    assert {name: known[name] for name in KEEPALIVES} == KEEPALIVES
    url = make_conninfo(empty_postgresql, keepalives_idle="5")
    assert "keepalives_idle=5" in connection_words(url)
    assert "tcp_user_timeout=90000" in connection_words(url)
