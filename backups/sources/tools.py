"""The engines' own programs: found, started, and heard when they complain."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from backups.errors import SourceError
from backups.sources.base import Readable, Surroundings

CHUNK_BYTES = 256 * 1024
MOST_WORDS = 600
STOP_SECONDS = 10
# It is looked at every two seconds.
KILLED_AT = 4


class Tool:
    """A program under way. What it complains of goes to a file: a pipe that nobody reads fills up,
    and then both sides wait for ever. Its words are told without the secrets."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        around: Surroundings,
        *,
        reads: bool = False,
        secrets: Iterable[str] = (),
    ) -> None:
        self.path, self._name = command[0], Path(command[0]).name
        self._secrets = [each for each in secrets if each]
        self._words = around.work_dir / f"{self._name}.err"
        self._stopper = around.stopper
        with self._words.open("wb") as words:
            self._process = subprocess.Popen(
                list(command),
                env={**os.environ, **environment},
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if reads else subprocess.PIPE,
                stderr=words,
            )
        self._key = self._stopper.add(self._end)

    def read(self, size: int = -1, /) -> bytes:
        with self._stopper.silence():
            return cast("IO[bytes]", self._process.stdout).read(size)

    def feed(self, stream: Readable) -> None:
        """Raises SourceError when the program ends before the stream does."""
        into = cast("IO[bytes]", self._process.stdin)
        try:
            while data := stream.read(CHUNK_BYTES):
                into.write(data)
            into.close()
        except BrokenPipeError:
            pass  # its exit status and its words say why
        self.finish()
        while stream.read(CHUNK_BYTES):
            pass  # what it did not need has to be whole all the same

    def finish(self) -> None:
        """Raises SourceError unless it ends with 0."""
        status = self._process.wait()
        if status != 0:
            why = self._stopper.reason or self.words
            raise SourceError(f"{self._name} ended with {status}: {why}")

    def interrupt(self) -> None:
        """From another thread than that which reads: it sees the end of the output."""
        self._process.terminate()

    def _end(self, count: int) -> None:
        if count < KILLED_AT:
            self.interrupt()
        else:
            self._process.kill()

    def stop(self) -> None:
        """Whatever it is doing."""
        self._stopper.remove(self._key)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):  # what it had not taken is lost with it
                    stream.close()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._words.unlink(missing_ok=True)

    @property
    def words(self) -> str:
        """The last that it said."""
        try:
            said = self._words.read_bytes().decode("utf-8", "replace").strip()
        except OSError:
            said = ""
        for secret in self._secrets:
            said = said.replace(secret, "***")
        return said[-MOST_WORDS:] or "it gave no reason"


def found(name: str, directories: Iterable[Path] = ()) -> list[str]:
    """Everywhere it is installed: on PATH first, then in the directories."""
    places = [shutil.which(name), *(shutil.which(name, path=str(each)) for each in directories)]
    return list(dict.fromkeys(place for place in places if place))
