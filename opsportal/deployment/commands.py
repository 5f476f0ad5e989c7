"""Runs the commands of a deployment; what they say goes to its log."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opsportal.deployment.errors import DeploymentError

LAST_LINES = 4


@dataclass(frozen=True, slots=True)
class Commands:
    """`user`: whom the commands run as; None: as this one. Root deploys for the service's user, and
    the data stay that user's."""

    log: Path
    user: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, words: Sequence[str], directory: Path, what: str, as_user: bool = True) -> str:
        """What it said. Raises DeploymentError with its last lines."""
        user = self.user if as_user else None
        done = subprocess.run(
            list(words),
            cwd=directory,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            user=user,
            group=None if user is None else _group_of(user),
            check=False,
        )
        self._note(words, done.stdout)
        if done.returncode != 0:
            raise DeploymentError(f"{what} failed: {last_words(done.stdout)}")
        return done.stdout

    def start(
        self, words: Sequence[str], directory: Path, variables: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """In the background."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                list(words),
                cwd=directory,
                env={**os.environ, **self.variables, **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.user,
                group=None if self.user is None else _group_of(self.user),
            )

    def _note(self, words: Sequence[str], said: str) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n{said}\n")


_TRACEBACK = ("Traceback ", "The above exception", "During handling")


def last_words(said: str) -> str:
    """Without the lines of a traceback, which are indented or begin it."""
    lines = [
        line
        for line in said.splitlines()
        if line.strip() and not line.startswith((" ", *_TRACEBACK))
    ]
    return "\n".join(lines[-LAST_LINES:]) or "it said nothing"


def _group_of(user: int) -> int:
    import pwd

    return pwd.getpwuid(user).pw_gid
