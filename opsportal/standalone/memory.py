"""What a monitor remembers of a URL: one small file, replaced whole, so that kill -9 leaves the one
before or the one after."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from opsportal.standalone.deciding import Episode, Told
from opsportal.standalone.verdict import State

try:
    import fcntl
except ImportError:  # Windows: one monitor per directory, as the docs say
    fcntl = None  # type: ignore[assignment]


@dataclass
class Memory:
    """`told` by the channel's name."""

    episode: Episode | None = None
    told: dict[str, Told] = field(default_factory=dict)


def path_for(directory: Path, url: str) -> Path:
    digest = hashlib.sha256(url.encode()).hexdigest()[:12]
    return directory / f"{urlsplit(url).hostname or 'url'}-{digest}.json"


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """A loop and a cron job on the same URL would tell everything twice. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("a") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def load(path: Path) -> Memory:
    """Empty where there is none, or one that cannot be read: better told twice than never."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        episode = found["episode"]
        told = {
            str(name): Told(State(each["state"]), float(each["at"]), float(each["since"]))
            for name, each in found["told"].items()
        }
        return Memory(Episode(State(episode["state"]), float(episode["since"])), told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()


def save(path: Path, memory: Memory) -> None:
    """Raises OSError."""
    episode = memory.episode or Episode()
    text = json.dumps(
        {
            "episode": {"state": episode.state, "since": episode.since},
            "told": {
                name: {"state": each.state, "at": each.at, "since": each.since}
                for name, each in memory.told.items()
            },
        }
    )
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
