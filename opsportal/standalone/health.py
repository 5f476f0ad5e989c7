"""What health endpoints say: this portal's object, health+json, and what frameworks write."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opsportal.standalone.verdict import State

# Of this portal, of health+json (draft-inadarei-api-health-check), Spring, MicroProfile, ASP.NET.
WORDS = {
    **dict.fromkeys(("healthy", "ready", "alive", "pass", "ok", "up"), State.OK),
    **dict.fromkeys(("degraded", "warn", "warning"), State.WARNING),
    **dict.fromkeys(
        ("unhealthy", "not ready", "fail", "error", "down", "out_of_service"), State.CRITICAL
    ),
}
_PARTS = ("checks", "components", "entries", "results")


class NotHealthError(ValueError):
    """What was answered tells nothing about health; says why."""


@dataclass(frozen=True, slots=True)
class Health:
    """`troubles`: in words, each with its state. None where the endpoint does not tell."""

    word: str
    state: State
    troubles: list[tuple[State, str]] = field(default_factory=list)
    error_rate_percent: float | None = None
    mean_response_ms: float | None = None
    figures: dict[str, float] = field(default_factory=dict)


def read(body: bytes) -> Health:
    """Pure. Raises NotHealthError."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotHealthError("the answer is not JSON") from None
    if not isinstance(found, dict) or not isinstance(found.get("status"), str):
        raise NotHealthError("the answer has no “status”")
    word = found["status"].strip().lower()
    if word not in WORDS:
        raise NotHealthError(f"the status {word[:40]!r} is not known")
    application = _object(found.get("application"))
    return Health(
        word,
        WORDS[word],
        [*_parts(found), *_dependencies(found), *_alerts(found)],
        _number(application.get("error_rate_percent")),
        _number(_object(application.get("response_time_ms")).get("avg")),
        _figures(found),
    )


def _parts(found: Mapping[str, Any]) -> Iterator[tuple[State, str]]:
    """Those that are not well; a word that is not known is left to the status of the whole."""
    for key in _PARTS:
        for name, part in _named(found.get(key)):
            said = part.get("status") if isinstance(part, dict) else part
            word = said.strip().lower() if isinstance(said, str) else "ok"
            state = WORDS.get(word, State.OK)
            if key == "checks" and isinstance(part, str) and word != "ok":
                state = State.CRITICAL  # the portal's readiness gives a reason instead of a word
            if state != State.OK:
                yield state, f"{name}: {word}"


def _named(parts: object) -> Iterator[tuple[str, Any]]:
    if isinstance(parts, dict):
        for name, part in parts.items():
            # health+json has a list of observations for each name.
            for each in part if isinstance(part, list) else [part]:
                yield str(name), each
    elif isinstance(parts, list):
        for part in parts:
            if isinstance(part, dict):
                yield str(part.get("name", "a part")), part


def _dependencies(found: Mapping[str, Any]) -> Iterator[tuple[State, str]]:
    for each in _objects(found.get("dependencies")):
        if each.get("status") in ("down", "degraded"):
            yield State.WARNING, f"{each.get('name')} is {each['status']}"


def _alerts(found: Mapping[str, Any]) -> Iterator[tuple[State, str]]:
    for each in _objects(_object(found.get("alerts")).get("items")):
        if each.get("severity") == "critical" and not each.get("acknowledged"):
            yield State.WARNING, f"alert: {each.get('threshold')}"


def _figures(found: Mapping[str, Any]) -> dict[str, float]:
    system = _object(found.get("system"))
    given = {
        "cpu": system.get("cpu_percent"),
        "memory": _object(system.get("memory")).get("percent"),
        "disk": _object(system.get("disk")).get("percent"),
    }
    numbers = {name: _number(value) for name, value in given.items()}
    return {name: value for name, value in numbers.items() if value is not None}


def _number(value: object) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
