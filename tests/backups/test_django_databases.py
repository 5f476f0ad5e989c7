"""Databases of the portal's own settings, by alias."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backups.sources.mysql import Mysql
from backups.sources.mysql_parts import parts_of
from backups.sources.postgresql import Postgresql
from backups.sources.postgresql_tools import environment_of
from backups.sources.postgresql_tools import parts_of as postgresql_parts_of
from backups.sources.registry import build
from backups.sources.sqlite import Sqlite
from opsportal.lib.kinds import SettingsError

NASTY = "p@ss/w:rd é'%"


def given(settings: Any, **database: Any) -> None:
    # Django itself never opens it.
    settings.DATABASES = {**settings.DATABASES, "other": database}


def test_an_alias_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(SettingsError, match="alias: must be one of default"):
        build("django", {"alias": "none"})


def test_an_engine_that_nobody_can_dump_is_said(settings: Any) -> None:
    given(settings, ENGINE="django.db.backends.oracle", NAME="x")
    with pytest.raises(SettingsError, match="oracle is none of mysql, post"):
        build("django", {"alias": "other"})


def test_sqlite(settings: Any, tmp_path: Path) -> None:
    given(settings, ENGINE="django.db.backends.sqlite3", NAME=tmp_path / "a.sqlite3")
    assert build("django", {"alias": "other"}) == Sqlite(path=str(tmp_path / "a.sqlite3"))


def test_postgresql(settings: Any) -> None:
    at = {"HOST": "db-1", "PORT": 5433, "USER": "app", "PASSWORD": NASTY}
    engine = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"sslmode": "require"}}
    given(settings, NAME="shop", **at, **engine)
    source = build("django", {"alias": "other"})
    assert isinstance(source, Postgresql)
    assert postgresql_parts_of(source.url) == {
        "host": "db-1",
        "port": "5433",
        "user": "app",
        "password": NASTY,
        "dbname": "shop",
        "sslmode": "require",
    }


def test_what_libpq_is_told_where_to_find_reaches_the_programs_too(settings: Any) -> None:
    options = {"service": "shop", "passfile": "/etc/pgpass", "pool": True}
    given(settings, ENGINE="django.db.backends.postgresql", NAME="shop", OPTIONS=options)
    source = build("django", {"alias": "other"})
    assert isinstance(source, Postgresql)
    environment = environment_of(source.url, "test")
    assert (environment["PGSERVICE"], environment["PGPASSFILE"]) == ("shop", "/etc/pgpass")


@pytest.mark.parametrize(
    ("host", "options", "socket"),
    [
        ("db-1", {}, ""),
        ("/run/mysqld.sock", {}, "/run/mysqld.sock"),
        ("", {"unix_socket": "/run/a b.sock"}, "/run/a b.sock"),
        ("db-1", {"ssl": {"ca": "/etc/ssl/db 1.pem"}}, ""),
    ],
)
def test_mysql(settings: Any, host: str, options: dict[str, Any], socket: str) -> None:
    at = {"HOST": host, "PORT": "", "USER": "app", "PASSWORD": NASTY}
    given(settings, ENGINE="django.db.backends.mysql", NAME="shop", OPTIONS=options, **at)
    source = build("django", {"alias": "other"})
    assert isinstance(source, Mysql)
    assert parts_of(source.url).ssl_ca == options.get("ssl", {}).get("ca", "")
    parts = parts_of(source.url)
    assert (parts.user, parts.password, parts.name) == ("app", NASTY, "shop")
    assert (parts.unix_socket, parts.port) == (socket, 3306)
    assert parts.host == (host if host == "db-1" else "localhost")
