"""One look for everybody who asks for the same within a moment: two hundred open dashboards cost
what one costs. A change of state makes a new one at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property

import orjson
from django.conf import settings

from opsportal.dashboard.assembly import Snapshot, snapshot
from opsportal.dashboard.pulse import shared_version
from opsportal.health.shared import Shared

# What tells one look from another; anything else in an address must not fill the memory.
PARAMETERS = ("range", "from", "to", "host", "service", "compare")
MOST = 40
Key = tuple[str, ...]


class Look:
    """A snapshot; as JSON it is written once, for all who ask."""

    def __init__(self, shown: Snapshot) -> None:
        self.shown = shown

    @cached_property
    def json(self) -> bytes:
        """As `as_json`, written from the objects as they are: thousands of numbers."""
        return orjson.dumps(self.shown)


class SharedLooks:
    """The MOST that were asked for last."""

    def __init__(self, make: Callable[[Mapping[str, str]], Look], keep_seconds: float) -> None:
        self._make, self._keep_seconds = make, keep_seconds
        self._known: dict[Key, Shared[Look]] = {}
        self._lock = threading.Lock()

    def get(self, parameters: Mapping[str, str], version: str) -> Look:
        """Raises what `make` raises."""
        wanted = {name: parameters[name] for name in PARAMETERS if name in parameters}
        key = (version, *(f"{name}={value}" for name, value in wanted.items()))
        with self._lock:
            shared = self._known.pop(key, None) or Shared(
                lambda: self._make(wanted), self._keep_seconds
            )
            self._known[key] = shared
            while len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return shared.get()


LOOKS = SharedLooks(lambda wanted: Look(snapshot(wanted)), settings.DASHBOARD_SHARED_SECONDS)


def shared_look(parameters: Mapping[str, str]) -> Look:
    """Raises DatabaseError."""
    if not settings.DASHBOARD_SHARED_SECONDS:
        return Look(snapshot(parameters))
    return LOOKS.get(parameters, shared_version.get())
