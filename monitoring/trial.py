"""A probe of settings that are not saved yet, for whoever is filling in the form."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from monitoring.evidence import readable
from monitoring.probes.base import Probe, Result
from monitoring.probes.failures import explain
from monitoring.runner.redaction import redacted, redacted_json, secret_texts
from opsportal.lib.kinds import secret_names, settings_of

# Somebody waits for it, and it holds a thread of the web server.
MOST_SECONDS = 15.0
# Of a process: the others are left to those who only look.
MOST_AT_ONCE = 2
_GRACE_SECONDS = 1.0
_places = threading.BoundedSemaphore(MOST_AT_ONCE)


class BusyError(Exception):
    """So many are being tried that this one has to wait."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the probe has found, without secrets."""

    result: Result
    message: str
    evidence: list[tuple[str, str]]


def try_probe(probe: Probe, given: Mapping[str, Any], timeout_seconds: float) -> Trial:
    """Ends within the timeout, of MOST_SECONDS at most. Raises BusyError."""
    settings = {each.name: getattr(probe, each.name) for each in settings_of(type(probe))}
    secrets = secret_texts({**given, **settings}, secret_names(type(probe)))
    result = _result(probe, min(timeout_seconds, MOST_SECONDS))
    evidence = readable(redacted_json(result.evidence, secrets))
    return Trial(result, redacted(result.message, secrets), evidence)


def _result(probe: Probe, seconds: float) -> Result:
    if not _places.acquire(blocking=False):
        raise BusyError
    found: SimpleQueue[Result] = SimpleQueue()
    # In a thread of its own: a probe that hangs in a library must not take the server's along.
    arguments = (probe, seconds, found)
    threading.Thread(target=_probe, args=arguments, name="trial", daemon=True).start()
    try:
        return found.get(timeout=seconds + _GRACE_SECONDS)
    except Empty:
        return explain(TimeoutError(), seconds)


def _probe(probe: Probe, seconds: float, found: SimpleQueue[Result]) -> None:
    try:
        found.put(probe.probe(seconds))
    except Exception as error:
        found.put(explain(error, seconds))
    finally:
        _places.release()
