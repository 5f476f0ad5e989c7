"""Whether a program of MySQL or MariaDB is of the server's version. Most differences do no harm, so
nobody is told of one until the program has failed: then it is the first thing to look at."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pymysql

from backups.errors import SourceError
from backups.sources.mysql_census import rows_of
from backups.sources.mysql_parts import Parts, connected

# MariaDB's say "Ver 10.19 Distrib 10.11.6-MariaDB", from 11 on "from 11.4.2-MariaDB, client 15.2".
_SAID = re.compile(r"\b(?:Distrib|from|Ver) +(\d+\.\d+)\.\d+(\S*)")
_OF_SERVER = re.compile(r"^(?:5\.5\.5-)?(\d+\.\d+)\.\d+(\S*)")


@contextmanager
def versions_told(parts: Parts, tool: str) -> Iterator[None]:
    """A SourceError within it says also that program and server are of different versions."""
    try:
        yield
    except SourceError as error:
        told = difference(program_of(tool), server_of(parts))
        raise SourceError(f"{error}{told}") from None


def difference(program: str, server: str) -> str:
    """Words to follow an error; none where they are alike, or one of them is not known."""
    if not program or not server or program == server:
        return ""
    return f"; the program is of {program}, the server is {server}"


def program_of(tool: str) -> str:
    """Such as "MariaDB 10.11"; empty of one that does not say."""
    try:
        said = subprocess.run(
            [tool, "--no-defaults", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return _named(_SAID.search(said.stdout))


def server_of(parts: Parts) -> str:
    """Empty of one that does not answer."""
    try:
        with closing(connected(parts, "")) as connection:
            return _named(_OF_SERVER.search(str(rows_of(connection, "SELECT VERSION()")[0][0])))
    except pymysql.MySQLError:
        return ""


def _named(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    return f"{'MariaDB' if 'MariaDB' in found[2] else 'MySQL'} {found[1]}"
