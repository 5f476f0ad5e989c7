"""A database of the portal's own settings, by alias: what it is may change with DATABASE_URL. The
libraries of the engines take 9 MB each: only that of the engine at hand is imported."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from backups.errors import SourceError
from backups.sources.base import Dump, Source, Surroundings, Target
from opsportal.lib.kinds import kind, setting


@kind
class DjangoDatabase(Source):
    name = "django"
    label = "Database of the portal"
    suffix = ""
    by_hand = ""

    alias: str = setting("Alias", "As in Django's DATABASES", default="default")

    def validate(self) -> dict[str, str]:
        if self.alias not in settings.DATABASES:
            return {"alias": f"must be one of {', '.join(settings.DATABASES)}"}
        if _engine(self.alias) not in _SOURCES:
            return {"alias": f"{_engine(self.alias)} is none of {', '.join(sorted(_SOURCES))}"}
        return {}

    def real(self) -> Source:
        return _SOURCES[_engine(self.alias)](settings.DATABASES[self.alias])

    @property
    def restored_name(self) -> str:
        return self.real().restored_name

    @property
    def place(self) -> str:
        return self.real().place

    def dump(self, around: Surroundings) -> AbstractContextManager[Dump]:
        return self.real().dump(around)

    def scratch(self, around: Surroundings) -> AbstractContextManager[Target]:
        return self.real().scratch(around)

    @classmethod
    def restoring(
        cls, url: str, overwrite: bool, around: Surroundings
    ) -> AbstractContextManager[Target]:
        raise SourceError("a backup knows itself what kind of database it is of")


def _postgresql(database: Mapping[str, Any]) -> Source:
    from psycopg.conninfo import make_conninfo

    from backups.sources.postgresql import Postgresql

    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    parts = {name: str(database.get(key) or "") for name, key in names.items()}
    given = {**parts, "password": database.get("PASSWORD"), **_of_libpq(database)}
    return Postgresql(url=make_conninfo("", **{k: v for k, v in given.items() if v}))


def _of_libpq(database: Mapping[str, Any]) -> dict[str, str]:
    """TLS, where the password is, or the directory of a unix socket."""
    options: Mapping[str, Any] = database.get("OPTIONS") or {}
    return {name: str(options[name]) for name in _LIBPQ if options.get(name)}


_LIBPQ = (
    *("host", "hostaddr", "service", "passfile", "options", "channel_binding"),
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl"),
)


def _sqlite(database: Mapping[str, Any]) -> Source:
    from backups.sources.sqlite import Sqlite

    return Sqlite(path=str(database["NAME"]))


def _mysql(database: Mapping[str, Any]) -> Source:
    from backups.sources.mysql import Mysql

    user, password = (
        quote(str(database.get(name) or ""), safe="") for name in ("USER", "PASSWORD")
    )
    host, port = str(database.get("HOST") or "localhost"), database.get("PORT") or 3306
    options: Mapping[str, Any] = database.get("OPTIONS") or {}
    # As Django has it: a host that is a path is a unix socket.
    socket = host if host.startswith("/") else options.get("unix_socket")
    at = f"{user}:{password}@{'localhost' if host.startswith('/') else host}:{port}"
    given = {"unix_socket": socket, "ssl_ca": (options.get("ssl") or {}).get("ca")}
    query = urlencode({name: str(value) for name, value in given.items() if value})
    name = quote(str(database["NAME"]), safe="")
    return Mysql(url=f"mysql://{at}/{name}{'?' if query else ''}{query}")


def _engine(alias: str) -> str:
    return str(settings.DATABASES[alias]["ENGINE"]).rpartition(".")[2]


_SOURCES = {
    "sqlite3": _sqlite,
    "spatialite": _sqlite,
    "postgresql": _postgresql,
    "postgis": _postgresql,
    "mysql": _mysql,
}
