"""Programs of another version than the server: what they refuse is said with both versions, and
what they only warn of is judged by the proof."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backups.errors import SourceError
from backups.sources.base import Surroundings
from backups.sources.mysql import Mysql
from backups.sources.mysql_parts import parts_of
from backups.sources.mysql_tools import option_file
from backups.sources.mysql_versions import difference, program_of
from tests.backups.mariadb_server import Server, running
from tests.backups.plans import backed_up
from tests.backups.test_by_hand import made

# It answers for its version and its options, and leaves the rest to what follows.
PROGRAM = """#!/bin/sh
case "$*" in
*--version*) echo "{version}"; exit ;;
*--help*) exec {real} "$@" ;;
esac
{does}
"""
OF_TRIXIE = "mariadb-dump from 11.8.2-MariaDB, client 10.19 for debian-linux-gnu (x86_64)"
NEEDS_TLS = (
    """mariadb-dump: Got error: 2026: "TLS/SSL error: SSL is required, but the server """
    """does not support it" when trying to connect"""
)


@pytest.fixture(scope="module")
def server(require: Callable[[bool, str], None]) -> Iterator[Server]:
    require(shutil.which("mariadbd") is not None, "MariaDB is not installed")
    with running() as server:
        server.do("CREATE DATABASE shop")
        server.do("CREATE TABLE orders AS SELECT seq FROM seq_1_to_99", name="shop")
        yield server


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Puts one before the real one of the same name, which it can call as {real}."""

    def put(name: str, version: str, does: str) -> None:
        real = shutil.which(name)
        text = PROGRAM.format(version=version, real=real, does=does.format(real=real))
        places = tmp_path / "programs"
        places.mkdir(exist_ok=True)
        (places / name).write_text(text, encoding="utf-8")
        (places / name).chmod(0o700)
        monkeypatch.setenv("PATH", str(places), prepend=":")

    return put


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian (x86_64)", "MariaDB 10.11"),
        (OF_TRIXIE, "MariaDB 11.8"),
        ("mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server)", "MySQL 8.0"),
        ("mysqldump  Ver 10.13 Distrib 5.7.44, for linux-glibc2.12 (x86_64)", "MySQL 5.7"),
        ("usage: nothing", ""),
    ],
)
def test_a_program_says_its_version(
    program: Callable[[str, str, str], None], said: str, version: str
) -> None:
    program("mariadb-dump", said, "exit 2")
    assert program_of(shutil.which("mariadb-dump") or "") == version


@pytest.mark.parametrize(
    ("of_program", "of_server"),
    [("MariaDB 10.11", "MariaDB 10.11"), ("", "MySQL 8.0"), ("MariaDB 11.8", "")],
)
def test_versions_that_are_alike_or_not_known_are_not_told(of_program: str, of_server: str) -> None:
    assert difference(of_program, of_server) == ""


@pytest.mark.django_db
def test_a_newer_program_that_refuses_the_server_is_told_with_both_versions(
    server: Server, program: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    program("mariadb-dump", OF_TRIXIE, f"echo '{NEEDS_TLS}' >&2; exit 2")
    plan, _ = made(tmp_path, "mysql", {"url": server.url("shop")})
    backup = backed_up(plan)
    assert backup.status == "failed"
    assert "mariadb-dump ended with 2" in backup.error
    assert "SSL is required, but the server does not support it" in backup.error
    assert "the program is of MariaDB 11.8, the server is MariaDB 10.11" in backup.error


@pytest.mark.django_db
def test_what_an_older_client_cannot_read_is_no_backup_and_says_so(
    server: Server, program: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    """A dump of today begins with a line that clients of before 2024 take for a command."""
    refusal = r"""cat > /dev/null; echo "ERROR at line 1: Unknown command '\\-'." >&2; exit 1"""
    program("mariadb", "mariadb  Ver 15.1 Distrib 10.3.39-MariaDB, for debian (x86_64)", refusal)
    plan, _ = made(tmp_path, "mysql", {"url": server.url("shop")})
    backup = backed_up(plan)
    assert backup.status == "failed"
    assert "the restore test failed: mariadb ended with 1" in backup.error
    assert "Unknown command '\\-'" in backup.error
    assert "the program is of MariaDB 10.3, the server is MariaDB 10.11" in backup.error


@pytest.mark.django_db
def test_a_program_that_only_warns_makes_a_backup_that_is_proved(
    server: Server, program: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    warning = "-- Warning: column statistics not supported by the server."
    program(
        "mariadb-dump",
        "mariadb-dump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server)",
        f"echo '{warning}' >&2; " + 'exec {real} "$@"',
    )
    plan, _ = made(tmp_path, "mysql", {"url": server.url("shop")})
    backup = backed_up(plan)
    assert (backup.status, backup.error) == ("verified", "")


def test_a_failure_of_the_same_version_says_nothing_of_versions(
    server: Server, program: Callable[[str, str, str], None], tmp_path: Path
) -> None:
    version = str(server.do("SELECT VERSION()")[0][0])
    program("mariadb-dump", f"mariadb-dump from {version}, client 10.19", "echo 'no' >&2; exit 2")
    around = Surroundings(tmp_path, lock_timeout_seconds=1, owner=uuid.uuid4().hex[:8])
    with Mysql(url=server.url("shop")).dump(around) as dump:
        dump.stream.read()
        with pytest.raises(SourceError, match=r"ended with 2: no$"):
            dump.finish()


def test_programs_that_want_tls_by_default_are_told_to_do_without_unless_a_ca_is_given(
    tmp_path: Path,
) -> None:
    """MariaDB's do from 11.4 on; the word "loose" lets the others pass over it."""
    for query, is_told in (("", True), ("?ssl_ca=/etc/ca.pem", False)):
        with option_file(parts_of(f"mysql://app@db/shop{query}"), tmp_path) as (option,):
            text = Path(option.partition("=")[2]).read_text(encoding="utf-8")
        assert ('loose-ssl-verify-server-cert="0"' in text) is is_told
