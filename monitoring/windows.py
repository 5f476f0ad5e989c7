"""The range that a window request asks for: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.ingest import RefusedPointError, parse_time_ms

DEFAULT_SPAN_MS = 6 * 3_600_000
DEFAULT_STEPS = 300
MAX_STEPS = 10_000
# Round steps, so that the default one falls on whole minutes and hours and on the rollups.
ROUND_STEPS_MS = [
    seconds * 1000
    for seconds in (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400)
]


class WrongRangeError(ValueError):
    """The message names the parameter and says what to do."""


@dataclass(frozen=True, slots=True)
class WindowRange:
    start_ms: int
    end_ms: int
    step_ms: int


def parse_range(parameters: Mapping[str, str], now_ms: int) -> WindowRange:
    """`start`, `end` (Unix seconds or ISO 8601) and `step` (seconds); the last six hours."""
    end_ms = moment_ms(parameters, "end", now_ms)
    start_ms = moment_ms(parameters, "start", end_ms - DEFAULT_SPAN_MS)
    if start_ms >= end_ms:
        raise WrongRangeError("start must be before end")
    step_ms = _step(parameters.get("step", ""), end_ms - start_ms)
    if (end_ms - start_ms) / step_ms > MAX_STEPS:
        least = -(-(end_ms - start_ms) // MAX_STEPS // 1000)
        raise WrongRangeError(
            f"step: that would be more than {MAX_STEPS} steps; use {least} seconds or more"
        )
    return WindowRange(start_ms, end_ms, step_ms)


def moment_ms(parameters: Mapping[str, str], name: str, default_ms: int) -> int:
    """Raises WrongRangeError for what is neither Unix seconds nor ISO 8601."""
    text = parameters.get(name, "").strip()
    if not text:
        return default_ms
    seconds = _number(text)
    try:
        # In an address a plus sign arrives as a space.
        time_ms = parse_time_ms(text.replace(" ", "+") if seconds is None else seconds)
    except RefusedPointError as error:
        raise WrongRangeError(f"{name}: {error}") from None
    if not 0 <= time_ms < 2**53:
        raise WrongRangeError(f"{name}: out of range")
    return time_ms


def _step(text: str, span_ms: int) -> int:
    if not text:
        return next(
            (step for step in ROUND_STEPS_MS if span_ms / step <= DEFAULT_STEPS), 86_400_000
        )
    seconds = _number(text)
    if seconds is None or not 1 <= seconds <= 366 * 86_400:
        raise WrongRangeError("step: a number of seconds, from 1 to a year's")
    return round(seconds * 1000)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None
