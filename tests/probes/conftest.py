"""Real database servers for the probes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest

from tests.running_portal import free_port, until

PASSWORD = "sesame-open"


@pytest.fixture(scope="session")
def mariadb_port(require: Callable[[bool, str], None]) -> Iterator[int]:
    """Its user is `portal` with PASSWORD."""
    require(shutil.which("mariadbd") is not None, "MariaDB is not installed")
    directory = Path(tempfile.mkdtemp(prefix="opsportal-mariadb-"))
    data, port = directory / "data", free_port()
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={data}", *as_root],
        check=True,
        capture_output=True,
    )
    socket = directory / "mariadb.sock"
    command = ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", *as_root]
    options = [f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
    with subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL) as process:
        until(socket.exists, 30, "MariaDB's socket")
        administrator = pymysql.connect(unix_socket=str(socket), user="root")
        with administrator, administrator.cursor() as cursor:
            cursor.execute("CREATE USER portal@'%%' IDENTIFIED BY %s", (PASSWORD,))
            cursor.execute("CREATE DATABASE shop")
            cursor.execute("GRANT ALL ON shop.* TO portal@'%'")
        yield port
        process.terminate()
    shutil.rmtree(directory, ignore_errors=True)
