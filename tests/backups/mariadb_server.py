"""A MariaDB server of the tests, and databases on it that nobody else uses."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pymysql

from tests.running_portal import free_port, until

# What an option file, a URL and a shell each take for something else.
PASSWORD = "s\"es'a#me\\ =o&p%40/n`é"


@dataclass(frozen=True)
class Server:
    socket: str
    port: int

    def do(self, *statements: str, name: str | None = None) -> list[tuple[Any, ...]]:
        """As the administrator; the rows of the last."""
        with self.connection(name) as connection, connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
            return list(cursor.fetchall())

    def connection(self, name: str | None = None) -> pymysql.Connection[Any]:
        return pymysql.connect(
            unix_socket=self.socket, user="root", database=name, charset="utf8mb4", autocommit=True
        )

    def url(self, name: str, user: str = "portal") -> str:
        at = f"{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}"
        return f"mysql://{at}/{quote(name, safe='')}"

    def user_with(self, *grants: str) -> str:
        """A user who may do no more than this."""
        user = f"u{uuid.uuid4().hex[:12]}"
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE USER {user}@'%%' IDENTIFIED BY %s", (PASSWORD,))
            for grant in grants:
                cursor.execute(f"GRANT {grant} TO {user}@'%'")
        return user


@contextmanager
def running() -> Iterator[Server]:
    """Its user `portal` may do everything."""
    directory = Path(tempfile.mkdtemp(prefix="opsportal-mariadb-"))
    data, socket, port = directory / "data", directory / "mariadb.sock", free_port()
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    install = ["mariadb-install-db", "--no-defaults", f"--datadir={data}", *as_root]
    # Each that starts removes the temporary tables that it finds there, be they another's.
    own = {**os.environ, "TMPDIR": str(directory)}
    done = subprocess.run(install, check=False, capture_output=True, text=True, env=own)
    assert done.returncode == 0, done.stdout + done.stderr
    command = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", *as_root]
    options = [f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
    with subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL, env=own) as process:
        try:
            until(socket.exists, 30, "MariaDB's socket")
            server = Server(str(socket), port)
            with server.connection() as connection, connection.cursor() as cursor:
                cursor.execute("CREATE USER portal@'%%' IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute("GRANT ALL ON *.* TO portal@'%' WITH GRANT OPTION")
            yield server
        finally:
            process.terminate()  # or it would be waited for
    shutil.rmtree(directory, ignore_errors=True)
