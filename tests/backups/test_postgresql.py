"""PostgreSQL: dumped and restored by its own tools, on a real server."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from backups.census import Census, differences
from backups.editing import save_plan
from backups.errors import SourceError
from backups.models import Plan
from backups.naming import names_of
from backups.sources import postgresql, postgresql_locks
from backups.sources.base import Dump, Surroundings
from backups.sources.postgresql import Postgresql, PostgresqlDump
from backups.sources.postgresql_tools import tool_for
from tests.backups.plans import IDENTITY, backed_up, opened
from tests.running_portal import until

Connect = Callable[[], psycopg.Connection]
# Only a test that fails waits as long.
WAIT_SECONDS = 60
SCHEMA, TABLE = 'wéird "schema"', "tä ble"
TABLES = (
    'CREATE SCHEMA "wéird ""schema"""',
    'CREATE TABLE "wéird ""schema"""."tä ble" (id serial PRIMARY KEY, text text, at timestamptz)',
    'INSERT INTO "wéird ""schema"""."tä ble" (text, at)'
    " SELECT 'row ' || n, '2026-11-23 12:00+00'::timestamptz + n * interval '1 s'"
    " FROM generate_series(1, 1000) n",
    "CREATE TABLE floats (x double precision, b bytea)",
    "INSERT INTO floats SELECT n / 3.0, decode(md5(n::text), 'hex') FROM generate_series(1, 99) n",
    "CREATE TABLE empty_one (id int)",
    "CREATE VIEW seen AS SELECT count(*) FROM floats",
)


# More than the pipe of a dump takes before somebody reads it.
BIG = "CREATE TABLE big AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 20000) n"
KILL = b"""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'opsportal backup %'
  AND query LIKE 'COPY public.big%'
"""


@pytest.fixture
def url(postgresql_url: str) -> Iterator[str]:
    """Of a database of its own, with some tables."""
    name = f"shop_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    made = make_conninfo(postgresql_url, dbname=name)
    with psycopg.connect(made, autocommit=True) as connection:
        for each in TABLES:
            connection.execute(each.encode())
    yield made
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        for each in (name, f"{name}_copy"):
            server.execute(f"DROP DATABASE IF EXISTS {each} WITH (FORCE)")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path, lock_timeout_seconds=1, owner=uuid.uuid4().hex[:8])


def dumped(source: Postgresql, around: Surroundings, into: Path) -> Census:
    with source.dump(around) as dump, into.open("wb") as file:
        while data := dump.stream.read(65536):
            file.write(data)
        dump.finish()
        return dump.census(checksums=True)


def databases(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [str(name) for (name,) in connection.execute("SELECT datname FROM pg_database")]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://db-1", "must name the database"),
        ("mysql://x/y", "must be written as postgresql"),
        ("", "must name the database"),
    ],
)
def test_a_url_that_says_too_little_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Postgresql(url=url)


def test_a_server_that_is_away_is_said_without_the_password(around: Surroundings) -> None:
    source = Postgresql(url="postgresql://app:s3cret@127.0.0.1:1/shop")
    with pytest.raises(SourceError, match="PostgreSQL says") as raised, source.dump(around):
        pass
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in repr(source)


def test_a_tool_that_is_too_old_names_the_package() -> None:
    with pytest.raises(SourceError, match="postgresql-client-99"):
        tool_for("pg_dump", 990001)


def test_a_table_that_somebody_has_locked_is_not_waited_for_for_ever(
    url: str, around: Surroundings
) -> None:
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE floats IN ACCESS EXCLUSIVE MODE")
        with (
            pytest.raises(SourceError, match="locked by somebody for longer than 1 s"),
            Postgresql(url=url).dump(around),
        ):
            pass


@pytest.fixture
def altered(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], threading.Event]]:
    """`altered()` begins to alter `floats`, in another thread; the event is set when it is done."""
    monkeypatch.setattr(postgresql_locks, "EVERY_SECONDS", 0.05)
    threads: list[threading.Thread] = []

    def begin() -> threading.Event:
        done = threading.Event()

        def alter() -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ALTER TABLE floats ADD COLUMN more int")
                done.set()

        threads.append(threading.Thread(target=alter))
        threads[-1].start()
        return done

    yield begin
    for thread in threads:
        thread.join(WAIT_SECONDS)


def gives_way(dump: Dump) -> bool:
    return isinstance(dump, PostgresqlDump) and bool(dump._watch.reason)


def test_it_gives_way_to_those_who_wait_behind_it(
    url: str, around: Surroundings, altered: Callable[[], threading.Event]
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BIG)
    with Postgresql(url=url).dump(around) as dump:
        done = altered()
        # It cannot end meanwhile: nobody reads what it writes.
        until(lambda: gives_way(dump), WAIT_SECONDS, "giving way")
        while dump.stream.read(65536):
            pass
        with pytest.raises(SourceError, match="has given way"):
            dump.finish()
    assert done.wait(WAIT_SECONDS)


def test_the_census_gives_way_too(
    url: str,
    around: Surroundings,
    altered: Callable[[], threading.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def endless(connection: psycopg.Connection, *others: object) -> Census:
        connection.execute("SELECT pg_sleep(600)")
        raise AssertionError("nobody has ended it")

    monkeypatch.setattr(postgresql, "census_of", endless)
    with Postgresql(url=url).dump(around) as dump:
        while dump.stream.read(65536):
            pass
        dump.finish()
        done = altered()
        with pytest.raises(SourceError, match="has given way"):
            dump.census(checksums=True)
    assert done.wait(WAIT_SECONDS)


def test_a_dump_that_ended_before_it_could_give_way_is_whole(
    url: str, around: Surroundings, altered: Callable[[], threading.Event]
) -> None:
    with Postgresql(url=url).dump(around) as dump:
        while dump.stream.read(65536):
            pass
        assert isinstance(dump, PostgresqlDump)
        dump._tool.finish()
        done = altered()
        until(lambda: gives_way(dump), WAIT_SECONDS, "giving way")
        dump.finish()
    assert done.wait(WAIT_SECONDS)


def test_nobody_waits_behind_a_dump_that_has_been_counted(
    url: str, around: Surroundings, altered: Callable[[], threading.Event]
) -> None:
    with Postgresql(url=url).dump(around) as dump:
        while dump.stream.read(65536):
            pass
        dump.finish()
        dump.census(checksums=False)
        assert altered().wait(WAIT_SECONDS)


def test_a_backend_that_is_killed_in_the_middle_is_no_good_end(
    url: str, around: Surroundings
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(BIG)
        with Postgresql(url=url).dump(around) as dump:
            assert dump.stream.read(1000)
            # What is not read stops it in the middle of the large table.
            until(
                lambda: connection.execute(KILL).fetchall(), WAIT_SECONDS, "a backend that copies"
            )
            while dump.stream.read(65536):
                pass
            with pytest.raises(SourceError, match="pg_dump ended with 1"):
                dump.finish()


def test_what_was_dumped_is_what_is_restored(
    url: str, around: Surroundings, tmp_path: Path
) -> None:
    source = Postgresql(url=url)
    census = dumped(source, around, tmp_path / "a.dump")
    assert census.rows[f"{SCHEMA}.{TABLE}"] == 1000
    with source.scratch(around) as target, (tmp_path / "a.dump").open("rb") as file:
        target.load(file)
        assert differences(census, target.census(checksums=True)) == []
    assert not [name for name in databases(url) if around.owner in name]


def test_a_row_that_differs_is_found(url: str, around: Surroundings, tmp_path: Path) -> None:
    source = Postgresql(url=url)
    before = dumped(source, around, tmp_path / "a.dump")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE floats SET x = x + 1e-12 WHERE x = 2")
    after = dumped(source, around, tmp_path / "b.dump")
    assert differences(before, after) == ["public.floats has other contents"]


def test_what_is_written_meanwhile_is_not_counted(
    url: str, around: Surroundings, tmp_path: Path
) -> None:
    with Postgresql(url=url).dump(around) as dump:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("INSERT INTO empty_one VALUES (1), (2)")
            connection.execute("CREATE TABLE later (id int)")
        while dump.stream.read(65536):
            pass
        dump.finish()
        census = dump.census(checksums=False)
    assert census.rows["public.empty_one"] == 0
    assert "public.later" not in census.rows


def test_a_truncated_dump_is_refused(url: str, around: Surroundings, tmp_path: Path) -> None:
    source = Postgresql(url=url)
    dumped(source, around, tmp_path / "a.dump")
    data = (tmp_path / "a.dump").read_bytes()
    (tmp_path / "a.dump").write_bytes(data[: len(data) // 2])
    with (
        source.scratch(around) as target,
        (tmp_path / "a.dump").open("rb") as file,
        pytest.raises(SourceError, match="pg_restore ended with 1"),
    ):
        target.load(file)


def test_a_database_that_is_not_empty_is_not_replaced_unasked(
    url: str, around: Surroundings
) -> None:
    with (
        pytest.raises(SourceError, match="is not empty; --overwrite replaces it"),
        Postgresql.restoring(url, False, around),
    ):
        pass


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_restore_takes_the_name_when_it_has_ended_well(
    url: str, around: Surroundings, tmp_path: Path, overwrite: bool
) -> None:
    census = dumped(Postgresql(url=url), around, tmp_path / "a.dump")
    name = conninfo_to_dict(url)["dbname"]
    to = url if overwrite else make_conninfo(url, dbname=f"{name}_copy")
    with (
        closing(psycopg.connect(url)),  # who is connected is sent away
        Postgresql.restoring(to, overwrite, around) as target,
        (tmp_path / "a.dump").open("rb") as file,
    ):
        target.load(file)
    with Postgresql(url=to).dump(around) as dump:
        while dump.stream.read(65536):
            pass
        dump.finish()
        assert differences(census, dump.census(checksums=True)) == []
    assert [each for each in databases(to) if each.endswith(("_restoring", "_restore"))] == []


def test_an_application_that_is_back_at_once_does_not_stop_a_restore(
    url: str, around: Surroundings, tmp_path: Path
) -> None:
    dumped(Postgresql(url=url), around, tmp_path / "a.dump")
    over = threading.Event()

    def use() -> None:
        while not over.is_set():
            with suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
                while not over.is_set():
                    connection.execute("SELECT count(*) FROM floats")

    users = [threading.Thread(target=use) for _ in range(3)]
    for each in users:
        each.start()
    try:
        with (
            Postgresql.restoring(url, True, around) as target,
            (tmp_path / "a.dump").open("rb") as file,
        ):
            target.load(file)
    finally:
        over.set()
        for each in users:
            each.join(WAIT_SECONDS)
    assert [each for each in databases(url) if each.endswith(("_restoring", "_restore"))] == []


def test_a_restore_that_fails_leaves_what_was_there(url: str, around: Surroundings) -> None:
    with (
        pytest.raises(SourceError, match="pg_restore"),
        Postgresql.restoring(url, True, around) as target,
    ):
        target.load(io.BytesIO(b"no dump"))
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM floats").fetchone() == (99,)


@pytest.mark.django_db
def test_roles_are_kept_beside_the_artifact_encrypted_and_go_with_it(
    url: str, tmp_path: Path
) -> None:
    plan = Plan(name=f"S{uuid.uuid4().hex[:8]}", source_kind="postgresql")
    plan.recipients = str(IDENTITY.to_public())
    place = {"kind": "local", "path": str(tmp_path / "kept")}
    save_plan(plan, {"url": url, "globals": True}, [place])
    made = backed_up(plan)
    assert made.status == "verified", made.error
    (roles,) = (tmp_path / "kept").rglob("*.globals.sql.zst.age")
    assert b"CREATE ROLE" in opened(roles)
    plan.backups.update(started_ms=1)
    second = backed_up(plan)
    assert {each.name for each in (tmp_path / "kept").rglob("*") if each.is_file()} == {
        name.rpartition("/")[2] for name in names_of(second.key)
    }
