"""Values as people read them in sentences and messages: "26 h", not "9.36e+04 s". Pure."""

from __future__ import annotations

_DURATIONS = ((86_400, "d"), (3600, "h"), (60, "min"))
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_LONG = 10_000


def amount(value: float, unit: str) -> str:
    """To four digits. Of seconds and bytes the unit that fits: hours from two of them on."""
    if unit == "s":
        return _duration(value)
    if unit in ("B", "B/s"):
        return _bytes(value, unit.removeprefix("B"))
    # Not a number and infinite ones compare as false.
    shown = f"{value:,.0f}" if _LONG <= abs(value) < 1e15 else f"{value:.4g}"
    return f"{shown} {unit}".strip()


def _duration(seconds: float) -> str:
    for size, unit in _DURATIONS:
        if 2 * size <= abs(seconds) < float("inf"):
            return f"{seconds / size:.4g} {unit}"
    return f"{seconds:.4g} s"


def _bytes(value: float, suffix: str) -> str:
    power = 0
    while 1000 <= abs(value) < float("inf") and power < len(_BYTE_UNITS) - 1:
        value, power = value / 1000, power + 1
    return f"{value:.4g} {_BYTE_UNITS[power]}{suffix}"
