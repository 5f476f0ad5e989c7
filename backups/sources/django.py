"""A database of the portal's own settings, by alias: what it is may change with DATABASE_URL."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from psycopg.conninfo import make_conninfo

from backups.errors import SourceError
from backups.sources.base import Dump, Source, Surroundings, Target
from backups.sources.postgresql import Postgresql
from backups.sources.sqlite import Sqlite
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
        return {}

    def real(self) -> Source:
        return _SOURCES[settings.DATABASES[self.alias]["ENGINE"].rpartition(".")[2]](
            settings.DATABASES[self.alias]
        )

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
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER"}
    parts = {name: str(database.get(key) or "") for name, key in names.items()}
    given = {**parts, "password": database.get("PASSWORD"), **_of_libpq(database)}
    return Postgresql(url=make_conninfo("", **{k: v for k, v in given.items() if v}))


def _of_libpq(database: Mapping[str, Any]) -> dict[str, str]:
    """TLS, or the directory of a unix socket."""
    options: Mapping[str, Any] = database.get("OPTIONS") or {}
    return {name: str(options[name]) for name in _LIBPQ if options.get(name)}


_LIBPQ = ("host", "hostaddr", "sslmode", "sslrootcert", "sslcert", "sslkey")


def _sqlite(database: Mapping[str, Any]) -> Source:
    return Sqlite(path=str(database["NAME"]))


_SOURCES = {"sqlite3": _sqlite, "postgresql": _postgresql}
