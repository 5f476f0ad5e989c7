"""PostgreSQL as people run it: limits, other users, tables that come and go."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from backups.census import Census, differences
from backups.errors import SourceError
from backups.sources import postgresql_locks
from backups.sources.base import Surroundings
from backups.sources.postgresql import Postgresql, PostgresqlDump
from tests.running_portal import until

# Only a test that fails waits as long.
WAIT_SECONDS = 60
HBA = (("local", ""), ("host", "127.0.0.1/32"), ("host", "::1/128"))
# More than the pipe of a dump takes before somebody reads it.
BIG = "CREATE TABLE big AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 20000) n"


@pytest.fixture
def url(empty_postgresql: str) -> str:
    return empty_postgresql


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path, lock_timeout_seconds=2, owner=uuid.uuid4().hex[:8])


@pytest.fixture
def user(url: str, postgresql_url: str) -> Iterator[str]:
    """Of the database, with no right on the server."""
    name = f"app_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'app'".encode())
        database = sql.Identifier(str(conninfo_to_dict(url)["dbname"]))
        owner = sql.SQL("ALTER DATABASE {} OWNER TO {}")
        connection.execute(owner.format(database, sql.Identifier(name)))
        for each in ("CREATE TABLE theirs (id int)", f"ALTER TABLE theirs OWNER TO {name}"):
            connection.execute(each.encode())
    yield name
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER".encode())
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE {name}".encode())


def do(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for each in statements:
            connection.execute(each.encode())


def dumped(source: Postgresql, around: Surroundings, into: Path) -> Census:
    with source.dump(around) as dump, into.open("wb") as file:
        while data := dump.stream.read(65536):
            file.write(data)
        dump.finish()
        return dump.census(checksums=True)


@pytest.fixture
def asking(url: str, postgresql_url: str) -> Iterator[str]:
    """The URL of a database that asks for a password; the right one is "right"."""
    user = f"asked_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        row = server.execute("SHOW hba_file").fetchone()
        rules = Path(str(row[0] if row else ""))
        before = rules.read_text()
        server.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'right'".encode())
        lines = (f"{way} all {user} {who} scram-sha-256" for way, who in HBA)
        rules.write_text("\n".join([*lines, before]))
        server.execute("SELECT pg_reload_conf()")
        yield make_conninfo(url, user=user)
        rules.write_text(before)
        server.execute("SELECT pg_reload_conf()")
        server.execute(f"DROP ROLE {user}".encode())


def test_a_wrong_password_is_said_without_it(asking: str, around: Surroundings) -> None:
    until(lambda: refused(make_conninfo(asking, password="no")), WAIT_SECONDS, "the new rules")
    source = Postgresql(url=make_conninfo(asking, password="wr0ng"))
    with (
        pytest.raises(SourceError, match="password authentication failed") as raised,
        source.dump(around),
    ):
        pass
    assert "wr0ng" not in str(raised.value)
    with psycopg.connect(make_conninfo(asking, password="right")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def refused(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return True
    return False


def test_who_may_not_make_a_database_is_told_so(url: str, user: str, around: Surroundings) -> None:
    source = Postgresql(url=make_conninfo(url, user=user, password="app"))
    with pytest.raises(SourceError, match="permission denied to create"), source.scratch(around):
        pass


@pytest.mark.parametrize(
    "thing",
    ["VIEW v AS SELECT 1", "SEQUENCE s", "FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
)
def test_what_has_no_table_is_not_empty(url: str, around: Surroundings, thing: str) -> None:
    do(url, f"CREATE {thing}")
    with pytest.raises(SourceError, match="is not empty"), Postgresql.restoring(url, False, around):
        pass


def test_an_empty_database_is_dumped_and_restored_where_nothing_is(
    url: str, around: Surroundings, tmp_path: Path
) -> None:
    census = dumped(Postgresql(url=url), around, tmp_path / "a.dump")
    assert census.rows == {}
    with (
        Postgresql.restoring(url, False, around) as target,
        (tmp_path / "a.dump").open("rb") as file,
    ):
        target.load(file)
        assert differences(census, target.census(checksums=True)) == []


def test_limits_for_idle_sessions_and_slow_queries_do_not_end_it(
    url: str, around: Surroundings, tmp_path: Path
) -> None:
    do(url, "CREATE TABLE a AS SELECT n FROM generate_series(1, 1000) n")
    name = '"' + str(conninfo_to_dict(url)["dbname"]).replace('"', '""') + '"'
    limits = ("idle_in_transaction_session_timeout", "statement_timeout")
    do(url, *(f"ALTER DATABASE {name} SET {limit} = '300ms'" for limit in limits))
    with Postgresql(url=url).dump(around) as dump:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET statement_timeout = 0")
            connection.execute("SELECT pg_sleep(0.6)")  # longer than both
        while dump.stream.read(65536):
            pass
        dump.finish()
        assert dump.census(checksums=True).rows == {"public.a": 1000}


def test_a_table_that_goes_before_it_is_locked_is_left_out(url: str, around: Surroundings) -> None:
    do(url, "CREATE TABLE stays (id int)", "CREATE TABLE goes (id int)")
    dropped = threading.Event()

    def drop() -> None:
        with psycopg.connect(url) as connection, psycopg.connect(url, autocommit=True) as looking:
            table = connection.execute("SELECT 'goes'::regclass::oid").fetchone()
            connection.execute("DROP TABLE goes")
            dropped.set()
            query = "SELECT FROM pg_locks WHERE NOT granted AND relation = %s"
            until(lambda: looking.execute(query, table).fetchall(), WAIT_SECONDS, "a wait")

    thread = threading.Thread(target=drop)
    thread.start()
    assert dropped.wait(WAIT_SECONDS)
    with Postgresql(url=url).dump(Surroundings(around.work_dir, WAIT_SECONDS)) as dump:
        while dump.stream.read(65536):
            pass
        dump.finish()
        assert dump.census(checksums=True).rows == {"public.stays": 0}
    thread.join()


def test_it_gives_way_to_another_user_whose_doings_it_may_not_see(
    url: str, user: str, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_locks, "EVERY_SECONDS", 0.05)
    do(url, BIG, f"ALTER TABLE big OWNER TO {user}")
    done = threading.Event()

    def alter() -> None:
        do(url, "ALTER TABLE big ADD COLUMN more int")
        done.set()

    source = Postgresql(url=make_conninfo(url, user=user, password="app"))
    with source.dump(around) as dump:
        thread = threading.Thread(target=alter)
        thread.start()
        assert isinstance(dump, PostgresqlDump)
        until(lambda: dump._watch.reason, WAIT_SECONDS, "giving way")
        while dump.stream.read(65536):
            pass
        with pytest.raises(SourceError, match="has given way"):
            dump.finish()
    assert done.wait(WAIT_SECONDS)
    thread.join()


def test_what_takes_the_place_of_a_database_belongs_to_whom_that_did(
    url: str, user: str, around: Surroundings, tmp_path: Path
) -> None:
    dumped(Postgresql(url=url), around, tmp_path / "a.dump")
    with (
        Postgresql.restoring(url, True, around) as target,
        (tmp_path / "a.dump").open("rb") as file,
    ):
        target.load(file)
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    with psycopg.connect(url) as connection:
        assert connection.execute(query).fetchone() == (user,)
