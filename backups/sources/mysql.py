"""MySQL and MariaDB, by mariadb-dump or mysqldump. The artifact is SQL that their client reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass

from backups.census import Census
from backups.sources import mysql_programs as programs
from backups.sources.base import Dump, Source, Surroundings, Target
from backups.sources.mysql_census import (
    Table,
    agreeing,
    begin,
    census_of,
    quoted,
    rows_of,
    standstill,
    tables_of,
)
from backups.sources.mysql_parts import (
    WRITTEN,
    Connection,
    Parts,
    connected,
    cutting,
    explained,
    parts_of,
)
from backups.sources.mysql_target import Tailed, restored, scratched
from backups.sources.mysql_tools import UTF8, DumpTool, dump_command, option_file
from backups.sources.mysql_versions import versions_told
from backups.stopping import Stopper
from opsportal.lib.kinds import kind, setting

# For the program to connect and to begin its snapshot; meanwhile writers wait.
BEGIN_SECONDS = 10
_SIZE = "SELECT SUM(DATA_LENGTH) FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s"


@kind
class Mysql(Source):
    name = "mysql"
    label = "MySQL, MariaDB"
    suffix = "sql"
    # mariadb-admin would not quote a backtick; in another locale a name would be another.
    by_hand = (
        f"mariadb {UTF8} -e CREATE"
        f" && age -d -i KEY FILE | zstd -d | mariadb {UTF8} --binary-mode NAME"
    )

    url: str = setting("URL", f"{WRITTEN}, perhaps with ?unix_socket=/PATH", secret=True)

    @property
    def restored_name(self) -> str:
        return parts_of(self.url).name

    @classmethod
    def created_by(cls, name: str) -> str:
        return f"CREATE DATABASE {quoted(name)}"

    def validate(self) -> dict[str, str]:
        try:
            parts_of(self.url)
        except ValueError as error:
            return {"url": str(error)}
        return {}

    @property
    def place(self) -> str:
        parts = parts_of(self.url)
        return f"{parts.name} on {parts.unix_socket or parts.host}"

    @contextmanager
    def dump(self, around: Surroundings) -> Iterator[Dump]:
        parts = parts_of(self.url)
        with explained(parts), ExitStack() as stack:
            options = stack.enter_context(option_file(parts, around.work_dir))
            is_misread = programs.is_misread(parts.name)
            command = dump_command(options, parts.name, has_programs=not is_misread)
            reader = stack.enter_context(closing(connected(parts)))
            stack.enter_context(around.stopper.ends(cutting(reader, parts)))
            with standstill(parts, around.lock_timeout_seconds) as is_still:
                begun = _begun(reader, parts.name)
                tool = DumpTool(command, {}, around, secrets=[parts.password])
                stack.callback(tool.stop)
                is_exact = tool.has_begun(BEGIN_SECONDS) and is_still
                after = programs.programs_of(reader, parts.name) if is_misread else b""
            yield MysqlDump(parts, tool, begun, is_exact, around.stopper, after)

    def scratch(self, around: Surroundings) -> AbstractContextManager[Target]:
        return scratched(parts_of(self.url), around)

    @classmethod
    def restoring(
        cls, url: str, overwrite: bool, around: Surroundings
    ) -> AbstractContextManager[Target]:
        cls(url=url)  # says what is wrong with it
        return restored(parts_of(url), overwrite, around)


@dataclass(frozen=True, slots=True)
class Begun:
    """A snapshot, and the tables that it does not hold still: those were counted at once."""

    reader: Connection
    tables: list[Table]
    loose: Census


def _begun(reader: Connection, name: str) -> Begun:
    begin(reader)
    tables = tables_of(reader, name)
    loose = [table for table in tables if not table.is_held]
    return Begun(reader, tables, census_of(reader, loose, checksums=False))


class MysqlDump(Dump):
    def __init__(
        self,
        parts: Parts,
        tool: DumpTool,
        begun: Begun,
        is_exact: bool,
        stopper: Stopper,
        after: bytes,
    ) -> None:
        self._parts, self._tool, self._begun, self._is_exact = parts, tool, begun, is_exact
        self._stopper = stopper
        self._tailed = Tailed(tool)
        self.stream = programs.Followed(self._tailed, after)
        self.expected_bytes = int(rows_of(begun.reader, _SIZE, parts.name)[0][0] or 0)
        self.versions = {"mysql": str(rows_of(begun.reader, "SELECT VERSION()")[0][0])}
        if not is_exact:
            self.versions["snapshot"] = "approximate"

    def finish(self) -> None:
        with versions_told(self._parts, self._tool.path):
            self._tool.finish()
            self._tailed.check()

    def census(self, checksums: bool) -> Census:
        """Where it is not of the very moment of the dump: of what was the same before it and after,
        and says nothing of the other tables."""
        begun = self._begun
        held = [table for table in begun.tables if table.is_held]
        doubtful = [table for table in begun.tables if not (self._is_exact and table.is_held)]
        with (
            explained(self._parts),
            closing(connected(self._parts)) as connection,
            self._stopper.ends(cutting(connection, self._parts)),
        ):
            found = census_of(begun.reader, held, checksums)
            early = Census({**found.rows, **begun.loose.rows}, found.checksums)
            begin(connection)
            late = census_of(connection, doubtful, checksums)
        return agreeing(early, late, {table.name for table in doubtful})
