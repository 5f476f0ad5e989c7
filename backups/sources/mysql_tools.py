"""The programs of MySQL or MariaDB, whichever is installed, and what they need to connect."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from backups.errors import SourceError
from backups.sources.mysql_parts import Parts
from backups.sources.tools import Tool, found

EVERY_SECONDS = 0.02
_DUMP = ("--single-transaction", "--quick", "--verbose", "--triggers", "--hex-blob")
_LAST_LINE = ("--comments", "--dump-date")
_PROGRAMS = ("--routines", "--events")
# These ask for rights of the whole server, or for what the other of the two does not have.
_WITHOUT = ("--no-tablespaces", "--set-gtid-purged=OFF", "--column-statistics=0")
UTF8 = "--default-character-set=utf8mb4"


@contextmanager
def option_file(parts: Parts, directory: Path) -> Iterator[list[str]]:
    """The first argument of every program: nobody else can read what it names."""
    path = directory / f"mysql-{os.urandom(4).hex()}.cnf"
    way = {"socket": parts.unix_socket} if parts.unix_socket else _network(parts)
    given = {"user": parts.user, "password": parts.password, "ssl-ca": parts.ssl_ca, **way}
    lines = [f"{name}={_quoted(value)}" for name, value in given.items() if value]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(["[client]", *lines, ""]))
        yield [f"--defaults-extra-file={path}"]
    finally:
        path.unlink(missing_ok=True)


def _network(parts: Parts) -> dict[str, str]:
    """Without the protocol "localhost" would mean a socket to them, and not to PyMySQL. From 11.4
    on MariaDB's refuse a server without TLS, to which PyMySQL has connected, unless told."""
    unproved = {} if parts.ssl_ca else {"loose-ssl-verify-server-cert": "0"}
    return {"host": parts.host, "port": str(parts.port), "protocol": "tcp", **unproved}


def _quoted(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return f'"{value}"'


def tool_for(*names: str) -> str:
    """The first of them that is there. Raises SourceError with the package's name."""
    for name in names:
        if places := found(name):
            return places[0]
    raise SourceError(f"no {names[0]} is installed (Debian: apt install mariadb-client)")


@cache
def supported(tool: str, options: tuple[str, ...]) -> list[str]:
    """Those that it knows: MySQL's and MariaDB's have grown apart."""
    said = subprocess.run([tool, "--no-defaults", "--help"], capture_output=True, check=False)
    known = said.stdout.decode("utf-8", "replace")
    return [each for each in options if each.partition("=")[0] in known]


class DumpTool(Tool):
    """It is told to be verbose, so that it says when its own snapshot is there."""

    def has_begun(self, seconds: float) -> bool:
        """It begins its transaction before it looks at the first table, and says so then."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if "-- Retrieving" in super().words or "-- Disconnecting" in super().words:
                return True
            if self._process.poll() is not None:
                return False
            time.sleep(EVERY_SECONDS)
        return False

    @property
    def words(self) -> str:
        said = [line for line in super().words.splitlines() if not line.startswith("-- ")]
        return "\n".join(said) or "it gave no reason"


class LoadTool(Tool):
    @property
    def words(self) -> str:
        """The client repeats the whole statement before it says what is wrong with it: those are
        rows of somebody's table."""
        before, mark, error = f"\n{super().words}".rpartition("\nERROR ")
        return f"ERROR {error}" if mark else before.strip() or error.strip()


def dump_command(options: list[str], name: str, has_programs: bool = True) -> list[str]:
    """Without the database's own name in it: the dump goes into any."""
    tool = tool_for("mariadb-dump", "mysqldump")
    own = _PROGRAMS if has_programs else ()
    return [tool, *options, *_DUMP, *_LAST_LINE, *own, UTF8, *supported(tool, _WITHOUT), "--", name]


def load_command(options: list[str], name: str) -> list[str]:
    """It ends at the first error, and takes nothing in the dump for a command of its own."""
    tool = tool_for("mariadb", "mysql")
    return [tool, *options, "--batch", "--binary-mode", UTF8, f"--database={name}"]
