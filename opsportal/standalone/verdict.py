"""A verdict in the words and numbers of monitoring plugins."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class State(IntEnum):
    """The exit status of a plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


# Not knowing is less certain than a failure, and worse than a warning.
_WORSE = (State.OK, State.WARNING, State.UNKNOWN, State.CRITICAL)


def worst(*states: State) -> State:
    return max(states, key=_WORSE.index)


@dataclass(frozen=True, slots=True)
class Measure:
    """Of performance data: `unit` is one that plugins may use ("s", "%", "B", "c" or none)."""

    label: str
    value: float
    unit: str = ""
    warning: float | None = None
    critical: float | None = None
    maximum: float | None = None

    def __str__(self) -> str:
        limits = (self.warning, self.critical, 0, self.maximum)
        told = ";".join("" if limit is None else _plain(limit) for limit in limits)
        return f"'{self.label}'={_plain(self.value)}{self.unit};{told}".rstrip(";")


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    text: str
    measures: list[Measure] = field(default_factory=list)

    @property
    def line(self) -> str:
        """One line: a pipe would begin performance data, a line break a longer text."""
        words = " ".join(self.text.replace("|", "/").split())
        told = f"OPSPORTAL {self.state.name}: {words[:400]}"
        return f"{told} | {' '.join(map(str, self.measures))}" if self.measures else told


def _plain(value: float) -> str:
    """Digits and a point alone: 1e-05 is no number to a plugin's reader."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
