"""Databases: real servers, wrong credentials, queries that fail, write or take too long."""

from __future__ import annotations

import socket
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from monitoring.probes.base import Reason, Result, Status
from monitoring.probes.database import Database
from monitoring.probes.failures import explain
from opsportal.lib.kinds import SettingsError
from tests.backups.mariadb_server import PASSWORD
from tests.probes.misbehaving import Answer, serving

# Long enough for a busy machine; short where the end is the timeout itself.
LONG_SECONDS, SHORT_SECONDS = 20.0, 1.0
# Nothing is asked of these servers before the greeting.
QUICK = {"postgresql": "sslmode=disable", "mysql": "ssl=false"}


def ask(url: str, timeout_seconds: float = LONG_SECONDS, **settings: Any) -> Result:
    probe = Database.from_settings({"url": url, **settings})
    try:
        return probe.probe(timeout_seconds)
    except Exception as error:
        return explain(error, timeout_seconds)


def silent(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_that_never_answers(scheme: str) -> None:
    started = time.monotonic()
    with serving(silent) as port:
        result = ask(f"{scheme}://portal@127.0.0.1:{port}/shop", SHORT_SECONDS)
    assert time.monotonic() - started < 30
    assert result.status is Status.DOWN
    assert result.message


def falls_silent(connection: socket.socket) -> None:
    """Greets as PostgreSQL does, and never answers a query."""
    connection.recv(1000)
    connection.sendall(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I")
    time.sleep(10)


def dribbles(connection: socket.socket) -> None:
    """A packet of which a byte comes now and then."""
    connection.sendall(b"\xff\xff\0\0")
    while True:
        connection.sendall(b"\n")
        time.sleep(0.1)


@pytest.mark.parametrize(("scheme", "answer"), [("postgresql", falls_silent), ("mysql", dribbles)])
def test_a_server_that_begins_to_answer_is_cut_off(scheme: str, answer: Answer) -> None:
    with serving(answer) as port:
        result = ask(f"{scheme}://portal@127.0.0.1:{port}/shop?{QUICK[scheme]}", SHORT_SECONDS)
    assert (result.status, result.reason) == (Status.DOWN, Reason.TIMEOUT)


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_nobody_listens_and_forbidden_addresses(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert "refused" in ask(f"{scheme}://portal@127.0.0.1:{port}/shop").message.lower()
    forbidden = ask(f"{scheme}://portal@169.254.169.254/shop")
    assert forbidden.reason is Reason.FORBIDDEN


def test_postgresql_answers_and_is_only_read(postgresql_url: str) -> None:
    good = ask(postgresql_url, query="SELECT count(*) FROM pg_class", expect="")
    assert (good.status, good.message) == (Status.UP, "answers")
    other = ask(postgresql_url, query="SELECT 41 + 1", expect="41")
    assert (other.status, other.reason) == (Status.DOWN, Reason.MISMATCH)
    assert other.message == "the query returns '42', expected '41'"
    written = ask(postgresql_url, query="CREATE TABLE mischief (a int)")
    assert "read-only transaction" in written.message
    for query in (
        "SET TRANSACTION READ WRITE; CREATE TABLE mischief (a int)",
        "DO $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; CREATE TABLE mischief (a int); END $$",
        "DO $$ BEGIN SET TRANSACTION READ WRITE; CREATE TABLE mischief (a int); END $$",
    ):
        assert ask(postgresql_url, query=query).status is Status.DOWN
    left = ask(postgresql_url, query="SELECT to_regclass('mischief')::text", expect="None")
    assert left.status is Status.UP
    broken = ask(postgresql_url, query="SELEC 1")
    assert "syntax error" in broken.message


def test_a_query_that_takes_too_long_is_ended_by_the_server(postgresql_url: str) -> None:
    started = time.monotonic()
    result = ask(postgresql_url, SHORT_SECONDS, query="SELECT pg_sleep(60)")
    assert time.monotonic() - started < 30
    assert result.status is Status.DOWN
    # Where connecting took long, the portal is the first to give up.
    assert "statement timeout" in result.message or result.reason is Reason.TIMEOUT


def test_mariadb_answers_and_is_only_read(mariadb_port: int) -> None:
    url = f"mariadb://portal@127.0.0.1:{mariadb_port}/shop"
    good = ask(url, password=PASSWORD, query="SELECT 41 + 1", expect="42")
    assert (good.status, good.message) == (Status.UP, "answers")
    written = ask(url, password=PASSWORD, query="CREATE TABLE mischief (a int)")
    assert (written.status, "READ ONLY" in written.message) == (Status.DOWN, True)
    missing = ask(url, password=PASSWORD, query="SELECT * FROM missing")
    assert "doesn't exist" in missing.message
    started = time.monotonic()
    slept = ask(url, SHORT_SECONDS, password=PASSWORD, query="SELECT SLEEP(60)")
    assert slept.status is Status.DOWN
    assert time.monotonic() - started < 30


def test_rejected_credentials_are_not_down(mariadb_port: int) -> None:
    url = f"mysql://portal@127.0.0.1:{mariadb_port}/shop"
    result = ask(url, password="wrong-guess")
    assert (result.status, result.reason) == (Status.DEGRADED, Reason.CREDENTIALS)
    assert result.message.startswith("credentials rejected")
    assert "wrong-guess" not in result.message


def test_sqlite_is_read_and_never_made(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite3"
    missing = ask(f"sqlite:///{path}")
    assert (missing.status, path.exists()) == (Status.DOWN, False)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id)")
    assert ask(f"sqlite:///{path}", query="SELECT count(*) FROM orders", expect="0").status == "up"
    assert "readonly" in ask(f"sqlite:///{path}", query="DROP TABLE orders").message
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    started = time.monotonic()
    assert "interrupted" in ask(f"sqlite:///{path}", SHORT_SECONDS, query=endless).message
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "url",
    [
        "oracle://x",
        "postgresql://user:secret@host/name",
        "postgresql://host/name?password=secret",
        "postgresql://host/name?hostaddr=169.254.169.254",
        "postgresql://host/name?host=elsewhere",
        "mysql:///name",
        "postgresql://host:0/name",
    ],
)
def test_wrong_urls_are_refused(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Database.from_settings({"url": url})
    assert set(raised.value.errors) == {"url"}
