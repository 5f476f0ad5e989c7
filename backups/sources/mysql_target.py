"""Where a dump of MySQL is loaded: a database for a proof, or one that takes another's place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

from backups.census import Census
from backups.errors import SourceError
from backups.sources.base import Readable, Surroundings, Target
from backups.sources.mysql_census import begin, census_of, quoted, rows_of, tables_of
from backups.sources.mysql_parts import Connection, Parts, connected, cutting, explained
from backups.sources.mysql_tools import DumpTool, LoadTool, dump_command, load_command, option_file
from backups.sources.mysql_versions import versions_told

# The last line of every dump that is whole.
_END = b"-- Dump completed"
_TAIL_BYTES = 200
# MySQL's limit of a name, in characters.
MOST_CHARACTERS = 64
# What a dumping program may misread in the name of the database beside.
_NO_WORD = re.compile(r"\W")
_LIKE = """
SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME = %s
"""
_CONTENTS = """
SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s
UNION ALL SELECT 1 FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = %s
UNION ALL SELECT 1 FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %s LIMIT 1
"""
_EVENTS = "SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %s"


class Tailed:
    """Reads on, and knows whether the dump's last line was there."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._tail = stream, b""

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        self._tail = (self._tail + data[-_TAIL_BYTES:])[-_TAIL_BYTES:]
        return data

    def check(self) -> None:
        """The client takes half a dump for a whole one, where it is cut between two statements."""
        last = self._tail.rstrip().rpartition(b"\n")[2]
        if not last.startswith(_END):
            raise SourceError("the dump is cut off: its last line is missing")


class MysqlTarget(Target):
    def __init__(self, parts: Parts, name: str, around: Surroundings) -> None:
        self._parts, self._name, self._around = parts, name, around

    def load(self, stream: Readable) -> None:
        tailed, around = Tailed(stream), self._around
        with option_file(self._parts, around.work_dir) as options:
            command = load_command(options, self._name)
            tool = LoadTool(command, {}, around, reads=True, secrets=[self._parts.password])
            try:
                with versions_told(self._parts, tool.path):
                    tool.feed(tailed)
            finally:
                tool.stop()
        tailed.check()

    def census(self, checksums: bool) -> Census:
        with (
            explained(self._parts),
            closing(connected(self._parts, self._name)) as connection,
            self._around.stopper.ends(cutting(connection, self._parts)),
        ):
            begin(connection)
            return census_of(connection, tables_of(connection, self._name), checksums)


class ProofTarget(MysqlTarget):
    def load(self, stream: Readable) -> None:
        """What is planned in the dump is none of a proof's business."""
        super().load(stream)
        with explained(self._parts), closing(connected(self._parts, self._name)) as connection:
            for (event,) in rows_of(connection, _EVENTS, self._name):
                rows_of(connection, f"DROP EVENT {quoted(str(event))}")


@contextmanager
def scratched(parts: Parts, around: Surroundings) -> Iterator[Target]:
    name = f"opsportal_proof_{around.owner}"[:MOST_CHARACTERS]
    with explained(parts), closing(connected(parts)) as server:
        _created(server, name, like=parts.name)  # a proof that was killed has left it
    try:
        yield ProofTarget(parts, name, around)
    finally:
        with explained(parts), closing(connected(parts, "")) as server:
            _dropped(server, name)


@contextmanager
def restored(parts: Parts, overwrite: bool, around: Surroundings) -> Iterator[Target]:
    """MySQL renames no database, and moves neither views nor triggers nor routines to another. So
    the artifact is loaded beside first; when that has ended well, the place is made anew and filled
    from there. It takes twice the time, and a bad artifact harms nothing. What fails after that
    leaves the database beside, whole, and says so."""
    beside = f"{_NO_WORD.sub('_', parts.name)[: MOST_CHARACTERS - 10]}_restoring"
    with explained(parts), closing(connected(parts, "")) as server:
        if _has_contents(server, parts.name) and not overwrite:
            raise SourceError(f"{parts.name} is not empty; --overwrite replaces it")
        _created(server, beside, like=parts.name)
    try:
        yield MysqlTarget(parts, beside, around)
    except BaseException:
        _gone(parts, beside)
        raise
    try:
        _replaced(parts, beside, around)
    except SourceError as error:
        raise SourceError(f"{error}; what was restored is whole in {beside}") from None
    _gone(parts, beside)


def _replaced(parts: Parts, beside: str, around: Surroundings) -> None:
    with explained(parts), closing(connected(parts, "")) as server:
        _created(server, parts.name, like=beside)
    with option_file(parts, around.work_dir) as options:
        command = dump_command(options, beside)
        tool = DumpTool(command, {}, around, secrets=[parts.password])
        try:
            MysqlTarget(parts, parts.name, around).load(tool)
            tool.finish()
        finally:
            tool.stop()


def _has_contents(server: Connection, name: str) -> bool:
    return bool(rows_of(server, _CONTENTS, name, name, name))


def _created(server: Connection, name: str, like: str) -> None:
    """Anew, with the character set of another, if there is that."""
    found = rows_of(server, _LIKE, like)
    _dropped(server, name)
    options = " CHARACTER SET {} COLLATE {}".format(*found[0]) if found else ""
    rows_of(server, f"CREATE DATABASE {quoted(name)}{options}")


def _dropped(server: Connection, name: str) -> None:
    rows_of(server, f"DROP DATABASE IF EXISTS {quoted(name)}")


def _gone(parts: Parts, name: str) -> None:
    with explained(parts), closing(connected(parts, "")) as server:
        _dropped(server, name)
