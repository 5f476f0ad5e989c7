"""Routines and events of a database in whose name the dumping programs lose their way: of a quote
or a backslash they make two characters, as in a text, and take that for the name (error 1049)."""

from __future__ import annotations

from backups.errors import SourceError
from backups.sources.base import Readable
from backups.sources.mysql_census import quoted, rows_of
from backups.sources.mysql_parts import Connection

_ESCAPED = set("'\"\\\n\r\0\x1a")
_ROUTINES = """
SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES
WHERE ROUTINE_SCHEMA = %s ORDER BY 1, 2
"""
_EVENTS = """
SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = %s ORDER BY 2
"""
_BEFORE = "SET NAMES utf8mb4;\nSET @old_mode = @@sql_mode, @old_zone = @@time_zone;\n"
# Whoever reads the dump looks whether this is its last line.
_AFTER = "SET sql_mode = @old_mode, time_zone = @old_zone;\n-- Dump completed\n"


def is_misread(name: str) -> bool:
    return not _ESCAPED.isdisjoint(name)


def programs_of(connection: Connection, name: str) -> bytes:
    """As the programs would have written them. `name` is the database that is in use. Raises
    SourceError."""
    found = [*rows_of(connection, _ROUTINES, name), *rows_of(connection, _EVENTS, name)]
    each = [_created(connection, str(kind), str(program)) for kind, program in found]
    return "".join([_BEFORE, *each, _AFTER]).encode()


def _created(connection: Connection, kind: str, program: str) -> str:
    shown = rows_of(connection, f"SHOW CREATE {kind} {quoted(program)}")[0]
    row = [str(each or "") for each in shown]
    # Of an event it comes with its time zone.
    mode, zone, statement, collation = row[1], "", row[2], row[4]
    if kind == "EVENT":
        zone, statement, collation = f", time_zone = '{row[2]}'", row[3], row[5]
    if not statement:
        raise SourceError(f"this user may not read the definition of {program}")
    return (
        f"SET sql_mode = '{mode}', collation_connection = '{collation}'{zone};\n"
        f"DELIMITER ;;\n{statement} ;;\nDELIMITER ;\n"
    )


class Followed:
    """Reads the one to its end and goes on with what comes after."""

    def __init__(self, stream: Readable, after: bytes) -> None:
        self._stream, self._after = stream, after

    def read(self, size: int = -1, /) -> bytes:
        if data := self._stream.read(size):
            return data
        cut = len(self._after) if size < 0 else size
        data, self._after = self._after[:cut], self._after[cut:]
        return data
