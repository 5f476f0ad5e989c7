"""MySQL and MariaDB: dumped and restored by their own tools, on a real server."""

from __future__ import annotations

import io
import shutil
import stat
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pymysql
import pytest

from backups.census import Census, differences
from backups.errors import SourceError
from backups.sources.base import Surroundings
from backups.sources.mysql import Mysql
from backups.sources.mysql_census import quoted
from backups.sources.mysql_parts import connected, cutting, parts_of
from tests.backups.mariadb_server import PASSWORD, Server, running
from tests.backups.plans import backed_up
from tests.backups.test_by_hand import made, restored_by_hand
from tests.running_portal import free_port, until

TABLE = "tä `ble\" 'x' %s"
IN_SQL = "`" + TABLE.replace("`", "``") + "`"
TABLES = (
    f"CREATE TABLE {IN_SQL} (id int AUTO_INCREMENT PRIMARY KEY, `te xt` text, at timestamp)",
    f"INSERT INTO {IN_SQL} (`te xt`, at)"  # noqa: S608
    " SELECT concat('row ', seq, ' é🙂\\n'), from_unixtime(1e9 + seq) FROM seq_1_to_1000",
    "CREATE TABLE floats (x double, f float, b blob, bits bit(9), day date)",
    "INSERT INTO floats SELECT seq / 3, seq / 7, unhex(md5(seq)), seq, NULL FROM seq_1_to_99",
    "CREATE TABLE empty_one (id int)",
    "CREATE TABLE child (id int, of int, FOREIGN KEY (of) REFERENCES parent (id))",
    "CREATE TABLE old_one (id int) ENGINE=MyISAM",
    "INSERT INTO old_one VALUES (1), (2)",
    "CREATE VIEW seen AS SELECT count(*) FROM floats",
    "CREATE TRIGGER counted BEFORE INSERT ON empty_one FOR EACH ROW SET NEW.id = NEW.id + 1",
    "CREATE PROCEDURE twice(n int) BEGIN SELECT n * 2; END",
    "CREATE EVENT soon ON SCHEDULE EVERY 1 YEAR DO DELETE FROM old_one",
)


@pytest.fixture(scope="module")
def server(require: Callable[[bool, str], None]) -> Iterator[Server]:
    require(shutil.which("mariadbd") is not None, "MariaDB is not installed")
    with running() as server:
        yield server


@pytest.fixture
def name(server: Server) -> str:
    """A database with some tables, whose name needs its quotes, and has some."""
    name = f"shöp-`'\"\\{uuid.uuid4().hex[:10]}"
    quoted = name.replace("`", "``")
    server.do(f"CREATE DATABASE `{quoted}` CHARACTER SET utf8mb4")
    server.do("CREATE TABLE parent (id int PRIMARY KEY)", *TABLES, name=name)
    return name


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path, lock_timeout_seconds=1, owner=uuid.uuid4().hex[:8])


def dumped(source: Mysql, around: Surroundings, into: Path) -> Census:
    with source.dump(around) as dump, into.open("wb") as file:
        while data := dump.stream.read(65536):
            file.write(data)
        dump.finish()
        return dump.census(checksums=True)


def objects(server: Server, name: str) -> list[str]:
    """Of every kind, by name."""
    rows = server.do(
        "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()"
        " UNION SELECT TRIGGER_NAME FROM information_schema.TRIGGERS"
        " WHERE TRIGGER_SCHEMA = DATABASE() UNION SELECT ROUTINE_NAME"
        " FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() UNION SELECT"
        " EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
        name=name,
    )
    return sorted(str(found) for (found,) in rows)


def databases(server: Server) -> list[str]:
    return [str(found) for (found,) in server.do("SHOW DATABASES")]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://db-1", "must name the database"),
        ("postgresql://x/y", "must be written as mysql"),
        ("mysql://x:port/y", "must be written as mysql"),
        ("mysql://x/y?charset=latin1", "must be written as mysql"),
        ("", "must be written as mysql"),
    ],
)
def test_a_url_that_says_too_little_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Mysql(url=url)


def test_a_server_that_is_away_is_said_without_the_password(around: Surroundings) -> None:
    source = Mysql(url=f"mysql://app:s3cret@127.0.0.1:{free_port()}/shop")
    with pytest.raises(SourceError, match="cannot be reached at 127") as raised:
        source.dump(around).__enter__()
    assert "s3cret" not in str(raised.value)
    assert "s3cret" not in repr(source)


def test_a_wrong_password_is_said(server: Server, around: Surroundings) -> None:
    source = Mysql(url=f"mysql://portal:another@127.0.0.1:{server.port}/shop")
    with pytest.raises(SourceError, match="the user or the password is wrong"):
        source.dump(around).__enter__()


def test_a_database_that_is_not_there_is_said(server: Server, around: Surroundings) -> None:
    with pytest.raises(SourceError, match="there is no database none"):
        Mysql(url=server.url("none")).dump(around).__enter__()


def test_a_program_that_is_missing_names_the_package(
    server: Server, name: str, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(around.work_dir))
    with pytest.raises(SourceError, match="apt install mariadb-client"):
        Mysql(url=server.url(name)).dump(around).__enter__()


def test_the_password_is_in_a_private_file_and_only_meanwhile(
    server: Server, name: str, around: Surroundings
) -> None:
    with Mysql(url=server.url(name)).dump(around) as dump:
        (options,) = around.work_dir.glob("*.cnf")
        assert stat.S_IMODE(options.stat().st_mode) == 0o600
        command = " ".join(dump._tool._process.args)  # type: ignore[attr-defined]
        assert "s\"es'a#me" not in command
        assert str(options) in command
    assert list(around.work_dir.iterdir()) == []


def test_a_connection_that_is_killed_in_the_middle_is_no_good_end(
    server: Server, name: str, around: Surroundings
) -> None:
    server.do(
        "CREATE TABLE big AS SELECT seq, repeat(md5(seq), 20) t FROM seq_1_to_60000", name=name
    )
    with Mysql(url=server.url(name)).dump(around) as dump:
        assert dump.stream.read(1000)
        busy = "FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT%`big`%' AND ID <>"
        found = until(
            lambda: server.do(f"SELECT ID {busy} connection_id()"),
            20,
            "the dump at its table",
        )
        server.do(f"KILL {found[0][0]}")
        while dump.stream.read(65536):
            pass
        with pytest.raises(SourceError, match=r"dump ended with [1-9]") as raised:
            dump.finish()
    assert "-- Retrieving" not in str(raised.value)


def test_a_user_who_may_not_lock_gets_what_is_sure(
    server: Server, name: str, around: Surroundings
) -> None:
    quoted = name.replace("`", "``").replace("\\", "\\\\").replace("_", "\\_")
    user = server.user_with(f"SELECT, SHOW VIEW, TRIGGER, EVENT ON `{quoted}`.*")
    with Mysql(url=server.url(name, user)).dump(around) as dump:
        assert dump.versions["snapshot"] == "approximate"
        server.do("INSERT INTO empty_one VALUES (1)", name=name)
        while dump.stream.read(65536):
            pass
        dump.finish()
        census = dump.census(checksums=True)
    assert "empty_one" not in census.rows
    assert census.rows[TABLE] == 1000
    assert census.rows["old_one"] == 2


def test_a_transaction_that_stays_open_is_not_waited_for_for_ever(
    server: Server, name: str, around: Surroundings
) -> None:
    with server.connection(name) as writer, writer.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO empty_one VALUES (1)")
        with Mysql(url=server.url(name)).dump(around) as dump:
            assert dump.versions["snapshot"] == "approximate"


def test_a_query_that_waits_is_ended_by_the_server(server: Server, name: str) -> None:
    parts = parts_of(server.url(name))
    with closing(connected(parts)) as connection:
        ending = threading.Timer(0.2, cutting(connection, parts), (0,))
        ending.start()
        with pytest.raises(pymysql.MySQLError), connection.cursor() as cursor:
            cursor.execute("SELECT SLEEP(600)")
        ending.join()


def test_those_who_write_go_on_while_it_dumps(
    server: Server, name: str, around: Surroundings
) -> None:
    with Mysql(url=server.url(name)).dump(around) as dump:
        assert "snapshot" not in dump.versions
        server.do("SET lock_wait_timeout = 1", "INSERT INTO empty_one VALUES (1), (2)", name=name)
        server.do("INSERT INTO old_one VALUES (3)", "CREATE TABLE later (id int)", name=name)
        while dump.stream.read(65536):
            pass
        dump.finish()
        census = dump.census(checksums=False)
    assert census.rows["empty_one"] == 0
    assert "later" not in census.rows
    assert "old_one" not in census.rows  # no snapshot holds it


def test_tables_that_change_after_the_dump_cause_no_alarm(
    server: Server, name: str, around: Surroundings, tmp_path: Path
) -> None:
    source = Mysql(url=server.url(name))
    before = dumped(source, around, tmp_path / "a.sql")
    with source.dump(around) as dump:
        while dump.stream.read(65536):
            pass
        dump.finish()
        server.do(f"ALTER TABLE {IN_SQL} ADD COLUMN more int DEFAULT 1", name=name)
        server.do("DROP TABLE empty_one", "ALTER TABLE floats DROP COLUMN f, FORCE", name=name)
        census = dump.census(checksums=True)
    assert "empty_one" not in census.rows
    assert "floats" not in census.checksums
    assert census.checksums[TABLE] == before.checksums[TABLE]


def test_a_row_that_differs_is_found(
    server: Server, name: str, around: Surroundings, tmp_path: Path
) -> None:
    source = Mysql(url=server.url(name))
    before = dumped(source, around, tmp_path / "a.sql")
    server.do("UPDATE floats SET day = '2026-11-23' WHERE x = 2", name=name)
    after = dumped(source, around, tmp_path / "b.sql")
    assert differences(before, after) == ["floats has other contents"]


@pytest.mark.parametrize("at", ["\n-- Dump completed", "\nDROP TABLE IF EXISTS `floats`"])
def test_a_truncated_dump_is_refused(
    server: Server, name: str, around: Surroundings, tmp_path: Path, at: str
) -> None:
    source = Mysql(url=server.url(name))
    dumped(source, around, tmp_path / "a.sql")
    cut = (tmp_path / "a.sql").read_bytes().partition(at.encode())[0]
    with (
        source.scratch(around) as target,
        pytest.raises(SourceError, match="its last line is missing"),
    ):
        target.load(io.BytesIO(cut + b"\n"))


def test_what_is_no_dump_is_refused_in_the_clients_words(
    server: Server, name: str, around: Surroundings
) -> None:
    with (
        Mysql(url=server.url(name)).scratch(around) as target,
        pytest.raises(SourceError, match=r"mariadb ended with 1: ERROR 1146") as raised,
    ):
        target.load(io.BytesIO(b"INSERT INTO none VALUES ('a secret of a row');\n"))
    assert "a secret of a row" not in str(raised.value)


def test_what_was_dumped_is_what_is_restored(
    server: Server, name: str, around: Surroundings, tmp_path: Path
) -> None:
    source = Mysql(url=server.url(name))
    census = dumped(source, around, tmp_path / "a.sql")
    assert census.rows[TABLE] == 1000
    assert "seen" not in census.rows
    scratch = f"opsportal_proof_{around.owner}"
    server.do(f"CREATE DATABASE {scratch}", f"CREATE TABLE {scratch}.of_a_killed_one (id int)")
    with source.scratch(around) as target, (tmp_path / "a.sql").open("rb") as file:
        target.load(file)
        assert differences(census, target.census(checksums=True)) == []
        assert objects(server, scratch) == ["counted", "seen", "twice"]
    assert scratch not in databases(server)
    assert [each.name for each in tmp_path.iterdir()] == ["a.sql"]


@pytest.mark.django_db
def test_a_person_restores_it_without_the_portal(server: Server, tmp_path: Path) -> None:
    def rows() -> list[object]:
        query = "SELECT * FROM {} ORDER BY 1"
        tables = (IN_SQL, "floats", "child", "old_one", "seen")
        found = [server.do(query.format(table), name=database) for table in tables]
        return [*found, objects(server, database), server.do("CALL twice(21)", name=database)]

    database = f"shöp `'\" $x {uuid.uuid4().hex[:10]}"
    server.do(f"CREATE DATABASE {quoted(database)} CHARACTER SET utf8mb4")
    server.do("CREATE TABLE parent (id int PRIMARY KEY)", *TABLES, name=database)
    before = rows()
    plan, bare = made(tmp_path, "mysql", {"url": server.url(database)})
    backup = backed_up(plan)
    assert backup.status == "verified", backup.error
    server.do(f"DROP DATABASE {quoted(database)}")
    own = f"[client]\nuser=root\nsocket={server.socket}\n"
    (bare / ".my.cnf").write_text(own)
    restored_by_hand(bare, plan, {"HOME": str(bare)})
    assert rows() == before


def test_an_empty_database_is_dumped_too(
    server: Server, around: Surroundings, tmp_path: Path
) -> None:
    name = f"empty_{uuid.uuid4().hex[:10]}"
    server.do(f"CREATE DATABASE {name}")
    socket = Mysql(url=f"mysql://root@localhost/{name}?unix_socket={server.socket}")
    assert dumped(socket, around, tmp_path / "a.sql") == Census()
    assert socket.place == f"{name} on {server.socket}"


def test_a_database_that_is_not_empty_is_not_replaced_unasked(
    server: Server, name: str, around: Surroundings
) -> None:
    with pytest.raises(SourceError, match="is not empty; --overwrite replaces it"):
        Mysql.restoring(server.url(name), False, around).__enter__()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_restore_takes_the_name_when_it_has_ended_well(
    server: Server, name: str, around: Surroundings, tmp_path: Path, overwrite: bool
) -> None:
    census = dumped(Mysql(url=server.url(name)), around, tmp_path / "a.sql")
    to = name if overwrite else f"{name}_copy"
    if overwrite:
        server.do("CREATE TABLE too_new (id int)", "DELETE FROM floats", name=name)
    with (
        Mysql.restoring(server.url(to), overwrite, around) as target,
        (tmp_path / "a.sql").open("rb") as file,
    ):
        target.load(file)
        assert differences(census, target.census(checksums=True)) == []
    again = dumped(Mysql(url=server.url(to)), around, tmp_path / "b.sql")
    assert differences(census, again) == []
    assert objects(server, to) == ["counted", "seen", "soon", "twice"]
    assert f"{to}_restoring" not in databases(server)


def test_a_restore_that_fails_leaves_what_was_there(
    server: Server, name: str, around: Surroundings
) -> None:
    with (
        pytest.raises(SourceError, match="mariadb ended"),
        Mysql.restoring(server.url(name), True, around) as target,
    ):
        target.load(io.BytesIO(b"no dump;"))
    assert server.do("SELECT count(*) FROM floats", name=name) == [(99,)]
    assert f"{name}_restoring" not in databases(server)


def test_the_password_is_one_that_everything_misreads() -> None:
    assert set("\"'#\\ =&%/`é") <= set(PASSWORD)
